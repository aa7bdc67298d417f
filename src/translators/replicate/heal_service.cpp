#include "translators/replicate/heal_service.h"

#include <algorithm>

#include "base/log.h"

namespace mortar::replicate {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_walks_remembered = 50;
constexpr Duration first_retry = 2s;
constexpr Duration first_look = 10s;
// A copy that has just come is followed by others, and by the clients that use it.
constexpr Duration after_it_came = 200ms;
constexpr const char* node_key = "trusted.glusterfs.node-uuid";

}  // namespace

HealService::HealService(World& world, Replicate& set) : world_(world), set_(set) {
  set_.on_copy_up([this] { wanted_.set(); });
}

HealService::~HealService() { set_.on_copy_up({}); }

void HealService::heal_now() { wanted_.set(); }

std::vector<std::string> HealService::away() const {
  std::vector<std::string> names;
  const Volume& volume = set_.volume();
  for (const Copy copy : (volume.all() - volume.up()).list()) names.push_back(volume.subvolume(copy).name());
  return names;
}

Result<Done> HealService::heal_all() {
  if (is_walking_all_) return failed(EBUSY, "the whole volume is being looked at already");
  is_walking_all_ = true;
  beside_.start(walk_all());
  return done;
}

Task<> HealService::run() {
  Duration retry = first_retry;
  for (;;) {
    left_over_ = gets_on_ = false;
    split_brains_ = 0;
    const bool is_walked = co_await tried(round());
    const bool all_well = is_walked && !left_over_;
    const Duration timeout = set_.volume().options.heal_timeout;
    if (all_well) {
      co_await tried(pause_until_listed(timeout));
    } else {
      co_await tried(pause(std::min(retry, timeout)));
    }
    retry = all_well || gets_on_ ? first_retry : 2 * retry;
    if (!wanted_.is_set()) continue;
    retry = first_retry;
    co_await tried(world_.sleep(after_it_came));
    wanted_.reset();
  }
}

// A client that did not reach a copy for a while may blame it after everything was healed. What stays listed, as a
// split brain does, is looked at more and more seldom.
Task<> HealService::pause_until_listed(Duration length) {
  Duration slice = first_look;
  while (length > Duration()) {
    slice = std::min(slice, length);
    co_await tried(pause(slice));
    if (wanted_.is_set()) co_return done;
    length -= slice;
    const std::uint64_t now = co_await tried(waiting_here());
    if (now > split_brains_) co_return done;
    const bool is_left = co_await tried(is_left_under_way());
    if (is_left) co_return done;
    if (now != 0) slice = 2 * slice;
  }
  co_return done;
}

// A brick that does not answer lists nothing.
Task<std::uint64_t> HealService::waiting_here() {
  std::uint64_t all = 0;
  for (const Copy copy : (local_ & set_.volume().up()).list()) {
    const Result<std::uint64_t> listed = co_await waiting(copy);
    if (listed) all += *listed;
  }
  co_return all;
}

// A file may be written for hours: such a one is looked at once.
Task<bool> HealService::is_left_under_way() {
  HealIndex index(set_.healer().healing());
  std::set<std::pair<Copy, std::string>> still;
  std::set<std::pair<Copy, std::string>> listed;
  bool is_left = false;
  for (const Copy copy : (local_ & set_.volume().up()).list()) {
    const Result<std::vector<std::string>> names = co_await index.entries(copy, HealList::dirty);
    if (!names) continue;
    for (const std::string& name : *names) {
      const auto [at, is_new] = listed.emplace(copy, name);
      if (!under_way_.contains(*at)) continue;
      still.insert(*at);
      is_left = is_left || !long_under_way_.contains(*at);
    }
  }
  under_way_ = std::move(listed);
  long_under_way_ = std::move(still);
  co_return is_left;
}

Task<> HealService::pause(Duration length) {
  const Result<Done> told = co_await with_deadline(world_, length, wanted_.wait());
  if (!told && told.error().number() != ETIMEDOUT) co_return told.error();
  co_return done;
}

// Who holds what is asked of the bricks: the volume file names hosts, and a server has several names.
Task<> HealService::find_local() {
  Copies local;
  for (const Copy copy : set_.volume().up().list()) {
    const Result<bool> is_here = co_await is_local(copy);
    if (is_here && *is_here) local.add(copy);
  }
  local_ = local;
  co_return done;
}

Task<bool> HealService::is_local(Copy copy) {
  if (set_.volume().options.node_uuid.empty()) co_return true;
  Healing& healing = set_.healer().healing();
  const Call own = healing.call();
  const fop::Getxattr get{.gfid = root_gfid, .name_given = 1, .name = node_key, .xdata = {}};
  const fop::Values values = co_await tried(healing.at(own, get, copy));
  co_return values.values.text(node_key) == set_.volume().options.node_uuid;
}

Task<bool> HealService::round() {
  co_await tried(find_local());
  bool is_walked = true;
  // One after the other: what several list is healed by the first.
  for (const Copy copy : local_.list()) {
    const Result<Done> walked = co_await walk_index(copy);
    if (walked) continue;
    is_walked = false;
    log::info(set_.name(), "what {} lists was not seen through: {}", set_.volume().subvolume(copy).name(),
              walked.error().sentence());
  }
  co_return is_walked;
}

Task<> HealService::walk_index(Copy copy) {
  const auto walk = begin_walk(copy, false);
  HealWalk through(set_.healer(), set_.name());
  const Result<Done> walked = co_await through.through_index(copy);
  const WalkFigures& figures = through.figures();
  end_walk(walk, figures);
  left_over_ = left_over_ || figures.failed + figures.aside != 0;
  gets_on_ = gets_on_ || figures.healed + figures.taken != 0;
  split_brains_ += figures.split_brain;
  co_return walked;
}

Task<> HealService::walk_all() {
  std::vector<std::list<Walk>::iterator> walks;
  for (const Copy copy : local_.list()) walks.push_back(begin_walk(copy, true));
  HealWalk through(set_.healer(), set_.name());
  const Result<Done> walked = co_await through.through_all();
  if (!walked) log::error(set_.name(), "the walk through all ended: {}", walked.error().sentence());
  for (const auto walk : walks) end_walk(walk, through.figures());
  is_walking_all_ = false;
  co_return done;
}

std::list<HealService::Walk>::iterator HealService::begin_walk(Copy copy, bool is_full) {
  std::list<Walk>& walks = walks_[copy];
  const auto over = std::ranges::find(walks, false, &Walk::goes_on);
  if (walks.size() >= most_walks_remembered && over != walks.end()) walks.erase(over);
  return walks.insert(walks.end(), Walk{.is_full = is_full, .figures = {}, .began = world_.wall_clock(), .ended = {}});
}

void HealService::end_walk(std::list<Walk>::iterator walk, const WalkFigures& figures) {
  walk->goes_on = false;
  walk->figures = figures;
  walk->ended = world_.wall_clock();
}

Task<std::uint64_t> HealService::waiting(Copy copy) {
  HealIndex index(set_.healer().healing());
  const std::vector<std::string> blamed = co_await tried(index.entries(copy, HealList::blamed));
  co_return blamed.size();
}

}  // namespace mortar::replicate
