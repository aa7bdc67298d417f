// How fast a brick's file system writes and reads, for `volume top ... read-perf` and `write-perf` with a block size
// and a count. It is tried with a file without a name, so nobody sees it and nothing is left behind.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/world.h"

namespace mortar {

struct SpeedTest {
  std::uint64_t block_size = 0;
  std::uint64_t blocks = 0;
  bool reading = false;  // of what was written before, which the system may still hold in memory
};

struct Speed {
  double microseconds = 0;
  double megabytes_a_second = 0;
};

// EINVAL where nothing is to be moved, E2BIG where it is more than 10 GiB or a block is more than 128 MiB. Runs off
// the loop; cancelled, it goes on to its end.
Task<Speed> measure_speed(World& world, std::string directory, SpeedTest test);

}  // namespace mortar
