// What the random tests of a run of this program have done, for the line at its end.
#pragma once

#include <cstdint>

namespace mortar::sim {

struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t done = 0;  // commands
  std::uint64_t refused = 0;
  std::uint64_t unknown = 0;  // whose server did not live to tell, or could not
  std::uint64_t documents = 0;
  std::uint64_t kills = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t partitions = 0;
  std::uint64_t cuts = 0;  // of connections
  std::uint64_t delays = 0;
  std::uint64_t outages = 0;  // of the voters, or answers that get lost
  std::uint64_t lost_disks = 0;
};
Totals& totals();

}  // namespace mortar::sim
