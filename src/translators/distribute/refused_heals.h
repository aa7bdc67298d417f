// Directories that a brick would not have healed: for a while nobody tries again.
#pragma once

#include <chrono>

#include "runtime/world.h"
#include "translators/cluster/recent.h"

namespace mortar::distribute {

class RefusedHeals {
 public:
  // `world` outlives this.
  explicit RefusedHeals(World& world) : world_(world) {}

  void add(const Gfid& directory) { when_.put(directory, world_.now()); }
  bool has(const Gfid& directory) {
    const Instant* refused = when_.find(directory);
    return refused != nullptr && world_.now() - *refused < pause;
  }
  void clear() { when_.clear(); }

 private:
  static constexpr auto pause = std::chrono::seconds(10);

  World& world_;
  RecentObjects<Instant> when_{4096};
};

}  // namespace mortar::distribute
