// What the random tests of a run of this program have done, for the line at its end.
#pragma once

#include <cstdint>
#include <string>

namespace mortar::sim {

struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t operations = 0;  // of users: what a system call is
  std::uint64_t calls = 0;       // of file operations that these took
  std::uint64_t cuts = 0;        // of connections
  std::uint64_t partitions = 0;
  std::uint64_t kills = 0;       // of brick processes
  std::uint64_t power_cuts = 0;  // of brick hosts
  std::uint64_t events = 0;      // of simulations

  std::uint64_t faults() const { return cuts + partitions + kills + power_cuts; }
  // One line; empty where nothing was done.
  std::string text() const;
};
Totals& totals();

}  // namespace mortar::sim
