// The supplementary groups of calling processes. The kernel's requests carry none, the system tells them by pid; they
// are remembered for a while (gid-timeout), as asking costs more than many an operation.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "runtime/world.h"
#include "translators/fuse/request.h"

namespace mortar::fuse {

class Groups {
 public:
  Groups(World& world, std::chrono::seconds timeout) : world_(world), timeout_(timeout) {}
  // Empty for root, whom no group gives anything, and for processes the system does not show.
  const std::vector<std::uint32_t>& of(const Request& request);

 private:
  struct Remembered {
    std::vector<std::uint32_t> groups;
    Instant until;
  };
  using Key = std::tuple<std::int32_t, std::uint32_t, std::uint32_t>;  // pid, uid, gid

  World& world_;
  std::chrono::seconds timeout_;
  std::map<Key, Remembered> remembered_;
  std::vector<std::uint32_t> none_;
};

}  // namespace mortar::fuse
