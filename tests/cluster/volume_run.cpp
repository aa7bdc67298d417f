#include "volume_run.h"

#include <fmt/format.h>

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
constexpr Duration longest_heal = 60s;
constexpr Duration between_looks = 1s;

}  // namespace

VolumeRun::VolumeRun(std::uint64_t seed, const RunPlan& plan)
    : plan_(plan),
      volume_(seed, plan.shape),
      random_(volume_.simulation().random().split()),
      faults_(volume_, random_.split(), plan.menu, log_) {}

RunReport VolumeRun::run() {
  ++totals().seeds;
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
  if (volume_.volume().type == VolumeType::replicate) begin_healing();
  const Result<Done> acted = volume_.simulation().run(act(), longest_run);
  walking_.cancel();
  end_healing();
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

void VolumeRun::begin_healing() {
  healer_ = volume_.make_client(volume_.bricks());
  healer_->start();
  for (const std::unique_ptr<Translator>& translator : healer_->graph().translators()) {
    auto* set = dynamic_cast<Replicate*>(translator.get());
    if (set == nullptr) continue;
    sets_.push_back(set);
    services_.push_back(std::make_unique<replicate::HealService>(healer_->world(), *set));
    healing_.start(services_.back()->run());
  }
}

void VolumeRun::end_healing() {
  healing_.cancel();
  services_.clear();
  sets_.clear();
  healer_.reset();
}

// What the bricks say of the copies of an object.
std::string VolumeRun::marks_of(const std::string& gfid) {
  std::string marks;
  for (std::size_t index = 0; index < volume_.bricks(); ++index) {
    ServedBrick& brick = volume_.brick(index);
    const std::string handle =
        fmt::format("{}/.glusterfs/{}/{}/{}", brick.directory(), gfid.substr(0, 2), gfid.substr(2, 2), gfid);
    const Result<std::vector<std::string>> keys =
        brick.host().disk().list_xattrs(FileSystem::no_directory, handle);
    for (const std::string& key : keys ? *keys : std::vector<std::string>{"nothing"}) {
      const Result<std::string> value = brick.host().disk().get_xattr(FileSystem::no_directory, handle, key.c_str());
      if (!key.starts_with("trusted.afr.")) continue;
      marks += fmt::format("\n  on brick {}: {} {:02x}", index, key, fmt::join(value ? *value : "", ""));
    }
  }
  return marks;
}

Task<std::string> VolumeRun::left_to_heal() {
  for (Replicate* set : sets_) {
    replicate::HealIndex index(set->healer().healing());
    for (const replicate::Copy copy : set->volume().all().list()) {
      for (const replicate::HealList list : {replicate::HealList::blamed, replicate::HealList::dirty}) {
        const Result<std::vector<std::string>> entries = co_await index.entries(copy, list);
        if (!entries) co_return fmt::format("the list of brick {} is not read: {}", copy, entries.error().sentence());
        if (entries->empty()) continue;
      co_return fmt::format("brick {} lists {}{}", copy, entries->front(), marks_of(entries->front()));
      }
    }
  }
  co_return std::string();
}

Task<> VolumeRun::heal_copies() {
  if (sets_.empty()) co_return done;
  std::string left;
  for (Duration waited{}; waited < longest_heal; waited += between_looks) {
    co_await tried(pass_time(volume_.simulation(), between_looks));
    left = co_await tried(left_to_heal());
    if (left.empty()) break;
    for (const auto& service : services_) service->heal_now();
  }
  if (!left.empty()) co_return failed(EIO, "the copies are not healed in the end: " + left);
  co_return done;
}

void VolumeRun::all_bricks_write_back() {
  for (std::size_t index = 0; index < volume_.bricks(); ++index) volume_.brick(index).write_back();
}

}  // namespace mortar::sim
