#include "volume_run.h"

#include "base/log.h"
#include "totals.h"

namespace mortar::sim {

namespace {

// Virtual time; nothing takes so long unless it hangs.
constexpr Duration longest_run = std::chrono::hours(100'000);

}  // namespace

VolumeRun::VolumeRun(std::uint64_t seed, const RunPlan& plan)
    : plan_(plan),
      volume_(seed, plan.shape),
      random_(volume_.simulation().random().split()),
      faults_(volume_, random_.split(), plan.menu, log_) {}

RunReport VolumeRun::run() {
  ++totals().seeds;
  log::set_level(log::Level::critical);
  RunReport report{.failure = begin_and_act()};
  users_.clear();
  close();
  if (!report.failure.empty()) report.failure += "\n" + log_.text();
  report.trace = volume_.simulation().trace().hash();
  totals().events += volume_.simulation().trace().events();
  return report;
}

std::string VolumeRun::begin_and_act() {
  if (std::string problem = volume_.start(); !problem.empty()) return problem;
  const Result<Snapshot> start = volume_.simulation().run(take_snapshot(volume_.client(0).top(), random_.split()));
  if (!start) return start.error().sentence();
  begin(*start);
  return judge(volume_.simulation().run(act(), longest_run));
}

void VolumeRun::all_bricks_write_back() {
  for (std::size_t index = 0; index < volume_.bricks(); ++index) volume_.brick(index).write_back();
}

}  // namespace mortar::sim
