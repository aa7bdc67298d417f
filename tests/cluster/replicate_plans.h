// Runs of replicated volumes.
#pragma once

#include "random_run.h"

namespace mortar::sim {

inline RunPlan three_copies(std::size_t clients) {
  RunPlan plan{.shape = {.bricks = 3, .clients = clients}};
  plan.shape.volume.type = VolumeType::replicate;
  plan.shape.volume.replica_count = 3;
  plan.menu.power_cuts = false;
  return plan;
}

// Two sets of three copies: names are distributed over the sets, and every directory is on both.
inline RunPlan two_sets(RunPlan plan) {
  plan.shape.bricks = 6;
  return plan;
}

inline RunPlan three_copies_at_once() {
  RunPlan plan = three_copies(4);
  plan.shape.options = {{"network.ping-timeout", "3"}};
  plan.menu.splits = true;
  plan.menu.longest = std::chrono::seconds(8);
  return plan;
}

// The third copy has names and marks only.
inline RunPlan arbiter_at_once() {
  RunPlan plan = three_copies_at_once();
  plan.shape.volume.arbiter_count = 1;
  return plan;
}

// One machine at a time loses its power and what it had not written down, and the next one only when that is healed and
// everybody has written down what there is.
inline RunPlan three_copies_with_power_cuts() {
  RunPlan plan = three_copies_at_once();
  plan.menu = {
      .cuts = false, .partitions = false, .kills = false, .worst_power_cuts = true, .longest = std::chrono::seconds(8)};
  plan.outlives_power_cuts = true;
  plan.rest = std::chrono::seconds(15);
  return plan;
}

// A set without a quorum takes changes on any copy that is there, so it promises something only while no two clients go
// on with different copies: one copy at a time is away, from all clients or from one, and the next one only when that
// is healed. Then nothing that was acknowledged is lost, and no copy that missed something is read: but of files that are
// open and have no name, which no heal finds.
inline RunPlan two_copies_without_quorum() {
  RunPlan plan{.shape = {.bricks = 2, .clients = 4}};
  plan.shape.volume.type = VolumeType::replicate;
  plan.shape.volume.replica_count = 2;
  plan.shape.options = {{"network.ping-timeout", "3"}, {"cluster.quorum-type", "none"}};
  plan.menu.power_cuts = false;
  plan.menu.longest = std::chrono::seconds(8);
  plan.rest = std::chrono::seconds(15);
  return plan;
}

}  // namespace mortar::sim
