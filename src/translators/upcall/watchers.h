// Who has looked at which object lately: whose caches may hold it. Bounded by time, for who has not looked for that
// long believes nothing any more, and by number: beyond it the objects that were touched longest ago are forgotten
// first, and their watchers are told so, since nobody will tell them of changes any more.
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
  Watchers(std::size_t most, Duration within, OnForgotten on_forgotten)
      : most_(most), within_(within), on_forgotten_(std::move(on_forgotten)) {}

  void set_most(std::size_t most) { most_ = most; }
  // Where looks are to be remembered for less than they were, everybody is told to forget.
  void set_within(Duration within);
  std::size_t size() const { return count_; }

  void add(const Gfid& gfid, std::uint64_t client, Instant now);
  // The others who have looked within the time.
  std::vector<std::uint64_t> others(const Gfid& gfid, std::uint64_t but, Instant now) const;
  // Whether anybody else watches anything.
  bool any_other(std::uint64_t but) const { return by_client_.size() > by_client_.count(but); }
  // Forgets the object and tells everybody who watched it.
  void forget(const Gfid& gfid);
  void forget_all();
  void client_gone(std::uint64_t client);

 private:
  struct Watcher {
    std::uint64_t client = 0;
    Instant seen{};
  };
  struct Object {
    std::vector<Watcher> watchers;
    std::list<Gfid>::iterator place;
    Instant touched{};
  };
  using Objects = std::unordered_map<Gfid, Object>;

  void drop_expired(Instant now);
  void drop(Objects::iterator object);
  void uncount(std::uint64_t client);

  std::size_t most_;
  Duration within_;
  OnForgotten on_forgotten_;
  Objects objects_;
  std::list<Gfid> by_age_;                                    // touched last: at the end
  std::unordered_map<std::uint64_t, std::size_t> by_client_;  // how many objects each watches
  std::size_t count_ = 0;
};

}  // namespace mortar::upcall
