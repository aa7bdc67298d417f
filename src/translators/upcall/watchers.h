// Who has looked at which object lately: whose caches may hold it. Bounded: the objects that were touched longest ago
// are forgotten first, and their watchers are told so, since nobody will tell them of changes any more.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <unordered_map>
#include <vector>

#include "base/gfid.h"
#include "runtime/world.h"

namespace mortar::upcall {

class Watchers {
 public:
  // An object is forgotten, and this client watched it.
  using OnForgotten = std::function<void(const Gfid&, std::uint64_t client)>;
  Watchers(std::size_t most, OnForgotten on_forgotten) : most_(most), on_forgotten_(std::move(on_forgotten)) {}

  void set_most(std::size_t most) { most_ = most; }
  std::size_t size() const { return count_; }

  void add(const Gfid& gfid, std::uint64_t client, Instant now);
  // The others who have looked within the time; those long gone are dropped.
  std::vector<std::uint64_t> others(const Gfid& gfid, std::uint64_t but, Instant now, Duration within);
  // Forgets the object and tells everybody who watched it.
  void forget(const Gfid& gfid);
  void client_gone(std::uint64_t client);
  void clear();

 private:
  struct Watcher {
    std::uint64_t client = 0;
    Instant seen{};
  };
  struct Object {
    std::vector<Watcher> watchers;
    std::list<Gfid>::iterator place;
  };

  std::size_t most_;
  OnForgotten on_forgotten_;
  std::unordered_map<Gfid, Object> objects_;
  std::list<Gfid> by_age_;  // touched last: at the end
  std::size_t count_ = 0;
};

}  // namespace mortar::upcall
