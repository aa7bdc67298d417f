// All locks of a brick, by object. An object has a place here only while it has locks, waiters, or a removal under way.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "translator/notice.h"
#include "translators/locks/lock_queue.h"
#include "translators/locks/posix_locks.h"

namespace mortar::locks {

class LockTable;

// What is locked of one object.
class ObjectLocks {
 public:
  ObjectLocks(LockTable& table, const Gfid& gfid);
  ObjectLocks(const ObjectLocks&) = delete;
  ObjectLocks& operator=(const ObjectLocks&) = delete;

  PosixLocks posix;
  // Made on demand, in the order of their names.
  RangeQueue& ranges(const std::string& domain);
  NameQueue& names(const std::string& domain);
  const RangeQueue* find_ranges(std::string_view domain) const;

  std::size_t range_count() const;
  std::size_t name_count() const;
  // Whether a lock on exactly that name is granted in some domain.
  bool name_is_locked(const std::string& name) const;
  bool empty() const;
  // Frees domains that have nothing left.
  void tidy();

  template <class Visit>
  void for_each_range_domain(Visit&& visit) {
    for (auto& [domain, queue] : ranges_) visit(domain, queue);
  }
  template <class Visit>
  void for_each_name_domain(Visit&& visit) {
    for (auto& [domain, queue] : names_) visit(domain, queue);
  }
  template <class Visit>
  void for_each_range_domain(Visit&& visit) const {
    for (const auto& [domain, queue] : ranges_) visit(domain, queue);
  }
  template <class Visit>
  void for_each_name_domain(Visit&& visit) const {
    for (const auto& [domain, queue] : names_) visit(domain, queue);
  }

  // ---- removal of the object (its last name, or a directory)
  // While one waits or runs, user's requests for range locks wait, unless their client has one already.
  bool is_held_back(const Circumstances& asker) const;
  // Other clients' range locks, which a removal waits for; their holders are told. `also_for_distribute`: those of
  // distribute are among them.
  bool is_owned_by_others(std::uint64_t client, bool also_for_distribute, const Turn& turn);
  // Others are about to give the file another name or place.
  bool is_moved_by_others(std::uint64_t client) const;
  unsigned removals_waiting = 0;
  unsigned removals_running = 0;
  WaitList removals;   // wait for the owners to let go
  WaitList transfers;  // reads and writes that wait for mandatory locks

 private:
  LockTable& table_;
  const Gfid gfid_;
  std::map<std::string, RangeQueue, std::less<>> ranges_;
  std::map<std::string, NameQueue, std::less<>> names_;
};

class LockTable {
 public:
  using OnNotice = std::function<void(const Notice&)>;
  using Clock = std::function<Turn()>;
  LockTable(Clock clock, OnNotice on_notice) : clock_(std::move(clock)), on_notice_(std::move(on_notice)) {}
  LockTable(const LockTable&) = delete;
  LockTable& operator=(const LockTable&) = delete;

  ObjectLocks& at(const Gfid& gfid);
  // Null where nothing is locked.
  ObjectLocks* find(const Gfid& gfid) const;
  // Wakes those who wait for a change of the object, and forgets the object if nothing is left. Called after each
  // change.
  void settle(const Gfid& gfid);
  std::uint64_t next_serial() { return ++serial_; }
  // The present moment and what the options say.
  Turn turn() const { return clock_(); }
  std::size_t objects() const { return objects_.size(); }
  // Some object has range locks.
  bool has_range_locks() const { return range_locks_; }

  // It takes no lock any more, and those look again who wait in its name for something else than a lock.
  void client_leaves(std::uint64_t client);
  void client_gone(std::uint64_t client);
  // Ends every wait with the error.
  void end_waiting(const Error& error);

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [gfid, object] : objects_) visit(gfid, *object);
  }

  Ledger ledger;

 private:
  friend class ObjectLocks;
  std::unordered_map<Gfid, std::unique_ptr<ObjectLocks>> objects_;
  Clock clock_;
  OnNotice on_notice_;
  std::uint64_t serial_ = 0;
  bool range_locks_ = false;  // since the table was last empty
};

}  // namespace mortar::locks
