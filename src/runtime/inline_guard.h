// Whether quick file system calls are made by the loop itself. They are as long as they prove to be quick on average;
// when they do not, their kind goes to the workers for a while, so that a ping never waits behind a slow disk. A single
// hiccup proves nothing: on a shared machine every thread has some.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include "runtime/world.h"

namespace mortar {

// What a job is expected to wait for.
enum class Weight : std::size_t {
  names,  // looking up, attributes, making and removing entries
  read,   // content that is likely in memory
  write,
  slow,  // always the workers'
};

class InlineGuard {
 public:
  static constexpr Duration quick = std::chrono::milliseconds(1);
  // How long the workers take over: twice as long each time, until the disk has been quick for longer than that.
  static constexpr Duration first_pause = std::chrono::milliseconds(50);
  static constexpr Duration longest_pause = std::chrono::seconds(2);

  explicit InlineGuard(bool enabled) : enabled_(enabled) {}
  bool allows(Weight weight, Instant now) const {
    return enabled_ && weight != Weight::slow && now >= of(weight).resumes;
  }
  void ran(Weight weight, Instant from, Instant to) {
    Kind& kind = kinds_[static_cast<std::size_t>(weight)];
    kind.average += (std::min<Duration>(to - from, most_counted) - kind.average) / averaged_over;
    if (kind.average <= quick) return;
    const bool again = to - kind.resumes <= kind.pause;
    kind.pause = again ? std::min(2 * kind.pause, longest_pause) : first_pause;
    kind.resumes = to + kind.pause;
    kind.average = quick / 2;  // who was slow is not trusted at once
  }

 private:
  static constexpr Duration most_counted = 4 * quick;
  static constexpr int averaged_over = 8;

  struct Kind {
    Duration average{};
    Duration pause{};
    Instant resumes;
  };
  const Kind& of(Weight weight) const { return kinds_[static_cast<std::size_t>(weight)]; }

  bool enabled_;
  std::array<Kind, 3> kinds_;
};

}  // namespace mortar
