// Random commands on servers that form pools, with every kind of fault.
#include <gtest/gtest.h>

#include "pool_run.h"
#include "seeds.h"

namespace mortar::sim {
namespace {

void expect_none_wrong(std::uint64_t seed, const PoolReport& report) {
  EXPECT_TRUE(report.failure.empty()) << "seed " << seed << ": " << report.failure;
}

PoolPlan without_faults() {
  PoolPlan plan;
  plan.faults = 0;
  return plan;
}

TEST(Pools, WithoutFaults) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_pool(seed, without_faults())); });
}

TEST(Pools, WithFaults) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_pool(seed, {})); });
}

TEST(Pools, OneSeedIsOneRun) {
  for_each_seed([](std::uint64_t seed) { EXPECT_EQ(run_pool(seed, {}).trace, run_pool(seed, {}).trace) << seed; });
}

}  // namespace
}  // namespace mortar::sim
