// Replicated volumes under random users and random faults, with a self-heal daemon beside: no copy that missed
// something is read, nothing that was acknowledged is lost, and in the end all copies are alike.
#include <gtest/gtest.h>

#include "random_run.h"
#include "seeds.h"

namespace mortar::sim {
namespace {

using namespace std::chrono_literals;

void expect_none_wrong(std::uint64_t seed, const RunReport& report) {
  if (!report.failure.empty()) ADD_FAILURE() << "seed " << seed << ": " << report.failure;
}

RunPlan plan_for(std::size_t clients) {
  RunPlan plan{.shape = {.bricks = 3, .clients = clients}};
  plan.shape.volume.type = VolumeType::replicate;
  plan.shape.volume.replica_count = 3;
  plan.menu.power_cuts = false;
  return plan;
}

RunPlan one_after_the_other() { return plan_for(3); }

RunPlan at_once() {
  RunPlan plan = plan_for(4);
  plan.shape.options = {{"network.ping-timeout", "3"}};
  plan.menu.splits = true;
  plan.menu.longest = 8s;
  return plan;
}

RunPlan without_faults(RunPlan plan) {
  plan.faults = 0;
  return plan;
}

TEST(Replicate, OneAfterTheOther) {
  for_each_seed([](std::uint64_t seed) {
    expect_none_wrong(seed, run_exactly(seed, without_faults(one_after_the_other())));
  });
}

// Of later seeds some fail: docs/evidence/replicate.md.
TEST(Replicate, OneAfterTheOtherWithFaults) {
  for_each_seed([](std::uint64_t seed) {
    RunPlan plan = one_after_the_other();
    // Of the directory beside an entry a copy tells that is right as to the entry.
    plan.exactness.parents = false;
    plan.exactness.whole_directories = false;
    plan.exactness.links_of_files = false;
    // Copies that had it are made like the others, but for when they were changed.
    plan.exactness.times_of_taken_back = false;
    // Where no copy is right in content and in attributes, content comes alone.
    plan.exactness.attributes_of_reads = false;
    expect_none_wrong(seed, run_exactly(seed, plan));
  });
}

TEST(Replicate, AtOnce) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, without_faults(at_once()))); });
}

TEST(Replicate, AtOnceWithFaults) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, at_once())); });
}

}  // namespace
}  // namespace mortar::sim
