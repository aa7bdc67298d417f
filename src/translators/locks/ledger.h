// Which client has how many locks on which objects, granted and waiting: bounds what one client may take, and finds
// what is to be dropped when it goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "base/check.h"
#include "base/gfid.h"

namespace mortar::locks {

class Ledger {
 public:
  void set_most(std::size_t most) { most_ = most; }
  bool may_add(std::uint64_t client) const {
    auto found = clients_.find(client);
    return found == clients_.end() || found->second.total < most_;
  }
  std::size_t total() const { return total_; }

  void add(std::uint64_t client, const Gfid& gfid) {
    Account& account = clients_[client];
    ++account.total;
    ++account.objects[gfid];
    ++total_;
  }
  void remove(std::uint64_t client, const Gfid& gfid) {
    auto found = clients_.find(client);
    check(found != clients_.end(), "a lock that goes was counted");
    Account& account = found->second;
    auto object = account.objects.find(gfid);
    check(object != account.objects.end(), "a lock that goes was counted at its object");
    if (--object->second == 0) account.objects.erase(object);
    if (--account.total == 0) clients_.erase(found);
    --total_;
  }

  std::vector<Gfid> objects_of(std::uint64_t client) const {
    std::vector<Gfid> objects;
    auto found = clients_.find(client);
    if (found == clients_.end()) return objects;
    for (const auto& [gfid, count] : found->second.objects) objects.push_back(gfid);
    return objects;
  }

  // A request that was on its way while its connection broke must not leave a lock behind. Numbers of clients are never
  // used again; the last few thousand are far more than can still have something on its way.
  void client_gone(std::uint64_t client) {
    if (!gone_.insert(client).second) return;
    gone_order_.push_back(client);
    if (gone_order_.size() > 4096) {
      gone_.erase(gone_order_.front());
      gone_order_.pop_front();
    }
  }
  bool is_gone(std::uint64_t client) const { return gone_.contains(client); }

 private:
  struct Account {
    std::size_t total = 0;
    std::map<Gfid, std::size_t> objects;
  };
  std::map<std::uint64_t, Account> clients_;
  std::size_t total_ = 0;
  std::size_t most_ = 1 << 20;
  std::set<std::uint64_t> gone_;
  std::deque<std::uint64_t> gone_order_;
};

}  // namespace mortar::locks
