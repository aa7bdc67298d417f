// One run of random users on a volume, with faults.
#pragma once

#include <string>

#include "differences.h"
#include "faults.h"
#include "volume_under_test.h"

namespace mortar::sim {

struct RunPlan {
  VolumeShape shape;
  std::size_t operations = 1000;  // of all users together
  Faults::Menu menu;
  // How often a fault begins before an operation.
  double faults = 0.02;
  // Shortly after each fault, users that are at it at once leave the volume alone for so long.
  Duration rest{};
  Exactness exactness;
  // Copies on other disks keep what was acknowledged when one disk loses what it had not written yet.
  bool outlives_power_cuts = false;
};

struct RunReport {
  // What was found wrong, with the faults and the last operations; empty where nothing was.
  std::string failure;
  std::uint64_t trace = 0;
};

// One operation after the other, by random clients: every answer must be what POSIX says (exact_checker.h).
RunReport run_exactly(std::uint64_t seed, const RunPlan& plan);
// All users at once: what they saw must have an order that explains it (history.h).
RunReport run_at_once(std::uint64_t seed, const RunPlan& plan);

}  // namespace mortar::sim
