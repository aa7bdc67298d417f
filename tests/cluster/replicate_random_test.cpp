// Replicated volumes under random users and random faults, with a self-heal daemon beside: no copy that missed
// something is read, nothing that was acknowledged is lost, and in the end all copies are alike.
#include <gtest/gtest.h>

#include "replicate_plans.h"
#include "seeds.h"

namespace mortar::sim {
namespace {

void expect_none_wrong(std::uint64_t seed, const RunReport& report) {
  if (!report.failure.empty()) ADD_FAILURE() << "seed " << seed << ": " << report.failure;
}

RunPlan one_after_the_other() { return three_copies(3); }

RunPlan at_once() { return three_copies_at_once(); }

RunPlan without_faults(RunPlan plan) {
  plan.faults = 0;
  return plan;
}

RunPlan where_copies_miss_things(RunPlan plan) {
  // Of the directory beside an entry a copy tells that is right as to the entry.
  plan.exactness.parents = false;
  plan.exactness.whole_directories = false;
  plan.exactness.links_of_files = false;
  // Copies that had it are made like the others, but for when they were changed.
  plan.exactness.times_of_taken_back = false;
  // Where no copy is right in content and in attributes, content comes alone.
  plan.exactness.attributes_of_reads = false;
  // Copies are asked at once, and one that was behind may be healed while another one is waited for.
  plan.exactness.attributes_of_syncs = false;
  return plan;
}

TEST(Replicate, OneAfterTheOther) {
  for_each_seed([](std::uint64_t seed) {
    expect_none_wrong(seed, run_exactly(seed, without_faults(one_after_the_other())));
  });
}

// Of other seeds some fail: docs/evidence/replicate-simulator.md.
TEST(Replicate, OneAfterTheOtherWithFaults) {
  for_each_seed([](std::uint64_t seed) {
    expect_none_wrong(seed, run_exactly(seed, where_copies_miss_things(one_after_the_other())));
  });
}

TEST(Replicate, AtOnce) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, without_faults(at_once()))); });
}

TEST(Replicate, AtOnceWithFaults) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, at_once())); });
}

// These read the copy beside them first, which a cut leaves them alone with.
TEST(Replicate, OnServersAtOnceWithFaults) {
  for_each_seed([](std::uint64_t seed) {
    RunPlan plan = at_once();
    plan.shape.clients_on_servers = 2;
    expect_none_wrong(seed, run_at_once(seed, plan));
  });
}

TEST(Replicate, ArbiterAtOnceWithFaults) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, arbiter_at_once())); });
}

TEST(Replicate, AtOnceWithPowerCuts) {
  for_each_seed(
      [](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, three_copies_with_power_cuts())); });
}

TEST(Replicate, TwoSetsOneAfterTheOtherWithFaults) {
  for_each_seed([](std::uint64_t seed) {
    RunPlan plan = where_copies_miss_things(two_sets(one_after_the_other()));
    // Entries change on one set; what a directory shows is put together from both.
    plan.exactness.listed_directories = false;
    expect_none_wrong(seed, run_exactly(seed, plan));
  });
}

TEST(Replicate, TwoSetsAtOnceWithFaults) {
  for_each_seed([](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, two_sets(at_once()))); });
}

TEST(Replicate, WithoutQuorumAtOnceWithFaults) {
  for_each_seed(
      [](std::uint64_t seed) { expect_none_wrong(seed, run_at_once(seed, two_copies_without_quorum())); });
}

}  // namespace
}  // namespace mortar::sim
