// Which seeds a test of the simulator runs: those the command line asks for. The program's main is here too.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace mortar::sim {

struct SeedChoice {
  std::uint64_t first = 1;
  std::uint64_t count = 10;
  std::uint64_t operations = 60;  // the last ones, of a seed that fails
  std::uint64_t seconds = 0;  // goes on with new seeds until these have passed, where it is not 0
};
SeedChoice& seed_choice();

// Runs the body for each seed and stops at the first that fails, saying how to run just that one again.
void for_each_seed(const std::function<void(std::uint64_t seed)>& body);

// What the tests of this run of the program have done, for the line at its end; empty where that is nothing. Each
// program has its own.
std::string report();

}  // namespace mortar::sim
