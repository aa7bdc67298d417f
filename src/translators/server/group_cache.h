// The groups of users, as this machine knows them (option manage-gids).
#pragma once

#include <chrono>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "runtime/world.h"

namespace mortar {

class GroupCache {
 public:
  explicit GroupCache(World& world) : world_(world) {}

  // None for a user that this machine does not know. Asks the system's directory through id(1), so that whatever
  // directory is configured there counts.
  Task<std::vector<std::uint32_t>> find(std::uint32_t uid, std::chrono::seconds kept_for);

 private:
  static constexpr std::size_t most = 4096;
  struct Known {
    std::vector<std::uint32_t> groups;
    Instant since;
  };

  World& world_;
  std::unordered_map<std::uint32_t, Known> known_;
};

}  // namespace mortar
