// The one source of chance in simulated runs and random tests: splitmix64, so a seed decides everything on every
// machine.
#pragma once

#include <cstdint>

#include "base/check.h"

namespace mortar {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }

  // Less than the bound, which is not 0.
  std::uint64_t below(std::uint64_t bound) {
    check(bound != 0, "a random number is below something");
    return next() % bound;
  }
  // Both ends may come.
  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
  bool chance(double probability) { return static_cast<double>(next() >> 11) * 0x1p-53 < probability; }
  // A generator of its own, so that one part's draws do not move another's.
  Random split() { return Random(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace mortar
