// Whole volumes under random users and random faults: of one brick, and distributed over several.
#include <gtest/gtest.h>

#include "random_run.h"
#include "seeds.h"

namespace mortar::sim {
namespace {

using namespace std::chrono_literals;

void expect_none_wrong(std::uint64_t seed, const RunReport& report) {
  if (!report.failure.empty()) ADD_FAILURE() << "seed " << seed << ": " << report.failure;
}

// Several disks that each lose, for itself, what was not synced leave names that no order of operations explains: a
// rename from one to another is half there. What a volume promises then is in power_cut_test.cpp.
RunPlan plan_for(std::size_t bricks, std::size_t clients) {
  RunPlan plan{.shape = {.bricks = bricks, .clients = clients}};
  plan.menu.power_cuts = bricks == 1;
  return plan;
}

RunPlan one_after_the_other(std::size_t bricks) {
  RunPlan plan = plan_for(bricks, 3);
  // Entries change on one brick; what a directory shows is put together from all.
  if (bricks > 1) plan.exactness = {.parents = false, .listed_directories = false};
  return plan;
}

RunPlan at_once(std::size_t bricks) {
  RunPlan plan = plan_for(bricks, 4);
  plan.shape.options = {{"network.ping-timeout", "3"}};
  plan.menu.longest = 8s;
  return plan;
}

RunPlan without_faults(RunPlan plan) {
  plan.faults = 0;
  return plan;
}

// Bricks were added to a volume that has been in use, and layouts are fixed while it goes on.
RunPlan grown(RunPlan plan, std::uint64_t seed) {
  plan.shape.first_bricks = 1 + seed % (plan.shape.bricks - 1);
  // A new brick's root is as old as the brick until somebody changes it.
  plan.exactness.whole_directories = false;
  return plan;
}

// From two to four.
std::size_t several(std::uint64_t seed) { return 2 + seed % 3; }

TEST(OneBrick, OneAfterTheOther) {
  for_each_seed(
      [](std::uint64_t seed) { expect_none_wrong(seed, run_exactly(seed, without_faults(one_after_the_other(1)))); });
}

TEST(OneBrick, OneAfterTheOtherWithFaults) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_exactly(seed, one_after_the_other(1))); });
}

TEST(OneBrick, AtOnce) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, without_faults(at_once(1)))); });
}

TEST(OneBrick, AtOnceWithFaults) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, at_once(1))); });
}

TEST(Distribute, OneAfterTheOther) {
  for_each_seed([](std::uint64_t seed) {
    expect_none_wrong(seed, run_exactly(seed, without_faults(one_after_the_other(several(seed)))));
  });
}

TEST(Distribute, OneAfterTheOtherWithFaults) {
  for_each_seed([](std::uint64_t seed) {
    RunPlan plan = one_after_the_other(several(seed));
    plan.exactness.whole_directories = false;
    expect_none_wrong(seed, run_exactly(seed, plan));
  });
}

TEST(Distribute, AtOnce) {
  for_each_seed(
      [](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, without_faults(at_once(several(seed))))); });
}

TEST(Distribute, AtOnceWithFaults) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, at_once(several(seed)))); });
}

TEST(GrownVolume, OneAfterTheOther) {
  for_each_seed([](std::uint64_t seed) {
    expect_none_wrong(seed, run_exactly(seed, without_faults(grown(one_after_the_other(several(seed)), seed))));
  });
}

TEST(GrownVolume, OneAfterTheOtherWithFaults) {
  for_each_seed([](std::uint64_t seed) {
    expect_none_wrong(seed, run_exactly(seed, grown(one_after_the_other(several(seed)), seed)));
  });
}

TEST(GrownVolume, AtOnce) {
  for_each_seed([](std::uint64_t seed) {
    expect_none_wrong(seed, run_at_once(seed, without_faults(grown(at_once(several(seed)), seed))));
  });
}

// Not with faults: a name that stands on a brick that is away, and belongs elsewhere by now, may be made again there,
// as with clients of stock. It is no reason to refuse new names everywhere.

TEST(RandomRun, ASeedReplaysExactly) {
  RunPlan plan = one_after_the_other(1);
  plan.operations = 300;
  plan.faults = 0.05;
  const RunReport first = run_exactly(7, plan);
  EXPECT_EQ(run_exactly(7, plan).trace, first.trace);
  EXPECT_NE(run_exactly(8, plan).trace, first.trace);
  const RunReport second = run_at_once(7, plan);
  EXPECT_EQ(run_at_once(7, plan).trace, second.trace);
}

}  // namespace
}  // namespace mortar::sim
