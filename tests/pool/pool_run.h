// One run of random administrators on servers that form pools, with faults; at its end all is mended, and everything
// has to come to rest as the documents want it.
#pragma once

#include <string>

#include "pool_faults.h"
#include "pool_under_test.h"

namespace mortar::sim {

struct PoolPlan {
  PoolShape shape{.servers = 5, .server = quick_server()};
  std::size_t commands = 20;
  FaultMenu menu;
  // How often a fault begins before a command.
  double faults = 0.3;
};

struct PoolReport {
  // What was found wrong, with the faults and the commands; empty where nothing was.
  std::string failure;
  std::uint64_t trace = 0;
};

PoolReport run_pool(std::uint64_t seed, const PoolPlan& plan);

}  // namespace mortar::sim
