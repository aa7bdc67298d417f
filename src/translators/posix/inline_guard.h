// Whether quick file system calls are made by the loop itself. They are as long as they prove to be quick: after one
// that was not, its kind goes to the workers for a while, so that a ping never waits behind a slow disk.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "runtime/world.h"

namespace mortar::posix {

// What a job is expected to wait for.
enum class Weight : std::size_t {
  names,  // looking up, attributes, making and removing entries
  read,   // content that is likely in memory
  write,
  slow,  // always the workers'
};

class InlineGuard {
 public:
  explicit InlineGuard(bool enabled) : enabled_(enabled) {}
  bool allows(Weight weight, Instant now) const {
    return enabled_ && weight != Weight::slow && now >= slow_until_[static_cast<std::size_t>(weight)];
  }
  void ran(Weight weight, Instant from, Instant to) {
    if (to - from > quick) slow_until_[static_cast<std::size_t>(weight)] = to + penalty;
  }

 private:
  static constexpr Duration quick = std::chrono::milliseconds(5);
  static constexpr Duration penalty = std::chrono::seconds(2);
  bool enabled_;
  std::array<Instant, 3> slow_until_{};
};

}  // namespace mortar::posix
