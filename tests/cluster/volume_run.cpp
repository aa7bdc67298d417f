#include "volume_run.h"

#include <fmt/format.h>

#include "base/log.h"
#include "totals.h"
#include "translators/distribute/layout_crawl.h"

namespace mortar::sim {

using namespace std::chrono_literals;

namespace {

// Virtual time; nothing takes so long unless it hangs.
constexpr Duration longest_run = std::chrono::hours(100'000);

constexpr std::size_t furnishings = 200;
constexpr Duration longest_walk = 300ms;
constexpr Duration longest_rest = 200ms;

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
  walker_.reset();
  if (!report.failure.empty()) report.failure += "\n" + log_.text();
  report.trace = volume_.simulation().trace().hash();
  totals().events += volume_.simulation().trace().events();
  return report;
}

std::string VolumeRun::begin_and_act() {
  const bool is_grown = plan_.shape.first_bricks != 0;
  if (is_grown) {
    const auto work = [this](Translator& top) { return furnish(top, random_.split()); };
    if (std::string problem = volume_.furnish(work); !problem.empty()) return problem;
  }
  if (std::string problem = volume_.start(); !problem.empty()) return problem;
  const Result<Snapshot> start = volume_.simulation().run(take_snapshot(volume_.client(0).top(), random_.split()));
  if (!start) return start.error().sentence();
  begin(*start);
  if (is_grown) walking_.start(fix_layouts_again_and_again(random_.split()));
  const Result<Done> acted = volume_.simulation().run(act(), longest_run);
  walking_.cancel();
  return judge(acted);
}

Task<> VolumeRun::furnish(Translator& top, Random random) {
  RandomUser::ListingSink nobody{[] { return std::uint64_t{0}; }, [](auto&&...) {}};
  Habits habits = Habits::random(random);
  habits.in_blocks = true;
  RandomUser user(volume_.clients(), top, random.split(), std::move(habits), std::move(nobody));
  for (std::size_t number = 0; number < furnishings; ++number) {
    co_await user.act();
  }
  co_await tried(user.close([](const Gfid&, bool) { return true; }));
  co_return done;
}

Task<> VolumeRun::fix_layouts_again_and_again(Random random) {
  for (;;) {
    co_await tried(pass_time(volume_.simulation(), Duration(random.below(longest_rest.count()))));
    walker_ = volume_.make_client(volume_.bricks());
    walker_->start();
    co_await tried(pass_time(volume_.simulation(), 100ms));
    LayoutCrawl crawl(walker_->top());
    const Duration patience(random.below(longest_walk.count()));
    co_await with_deadline(walker_->world(), random.chance(0.5) ? patience : 40min, crawl.run());
    log_.fault(volume_.simulation().now(), fmt::format("{} directories have their layouts", crawl.directories()));
    walker_->kill();
  }
}

Task<> VolumeRun::fix_layouts() {
  walking_.cancel();
  if (plan_.shape.first_bricks == 0) co_return done;
  walker_ = volume_.make_client(volume_.bricks());
  walker_->start();
  co_await tried(pass_time(volume_.simulation(), 1s));
  LayoutCrawl crawl(walker_->top());
  co_await tried(crawl.run());
  walker_->kill();
  if (crawl.failures() != 0) co_return failed(EIO, "not every directory has its layout in the end");
  co_return done;
}

void VolumeRun::all_bricks_write_back() {
  for (std::size_t index = 0; index < volume_.bricks(); ++index) volume_.brick(index).write_back();
}

}  // namespace mortar::sim
