#include "translators/fuse/walk_ahead.h"

#include <algorithm>
#include <numeric>

#include "base/log.h"
#include "translator/same_caller.h"

namespace mortar::fuse {
namespace {

using namespace std::chrono_literals;

constexpr Duration lasts = 1s;
// As many disks may be waited for at once.
constexpr std::size_t most_ahead = 4;
constexpr std::size_t most_walks = 64, most_directories = 4096;
constexpr std::size_t least_steps = 1, most_steps = 64;

bool is_directory(const EntryPlus& entry) {
  return !entry.iatt.gfid.is_null() && entry.iatt.is_directory() && entry.name != "." && entry.name != "..";
}

}  // namespace

void WalkAhead::listed(const Call& call, const Gfid& directory, const FetchedEntries& entries) {
  if (!entries.with_attributes || std::ranges::none_of(entries.entries, is_directory)) return;
  Walk& walk = walk_in(call, directory);
  for (const EntryPlus& entry : entries.entries) {
    if (!is_directory(entry) || walk.listed.size() >= most_directories) continue;
    if (!walk.positions.emplace(entry.iatt.gfid, walk.listed.size()).second) continue;
    walk.listed.push_back(entry.iatt.gfid);
    walk.names.push_back(entry.name);
  }
}

WalkAhead::Walk& WalkAhead::walk_in(const Call& call, const Gfid& directory) {
  const auto found = std::ranges::find_if(walks_, [&](const Walk& walk) {
    return walk.directory == directory && is_same_caller(walk.caller, call);
  });
  if (found != walks_.end()) {
    walks_.splice(walks_.begin(), walks_, found);
    return walks_.front();
  }
  if (walks_.size() == most_walks) walks_.pop_back();
  walks_.push_front({.directory = directory, .caller = call});
  return walks_.front();
}

void WalkAhead::sort(Walk& walk) {
  if (walk.sorted.size() == walk.listed.size()) return;
  walk.sorted.resize(walk.listed.size());
  std::iota(walk.sorted.begin(), walk.sorted.end(), 0U);
  std::ranges::sort(walk.sorted, {}, [&](std::size_t position) -> const std::string& { return walk.names[position]; });
  walk.ranks.resize(walk.listed.size());
  for (std::size_t rank = 0; rank < walk.sorted.size(); ++rank) walk.ranks[walk.sorted[rank]] = rank;
}

void WalkAhead::step(Walk& walk, std::size_t position) {
  sort(walk);
  const bool follows_listing = walk.last && position == *walk.last + 1;
  const bool follows_names = walk.last && walk.ranks[position] == walk.ranks[*walk.last] + 1;
  walk.last = position;
  const bool goes_on =
      (walk.order == Order::listing && follows_listing) || (walk.order == Order::names && follows_names);
  if (!goes_on) {
    walk.order = follows_names ? Order::names : follows_listing ? Order::listing : Order::none;
    walk.steps = 0;
  }
  if (walk.order != Order::none) ++walk.steps;
}

const Gfid* WalkAhead::next(const Walk& walk, std::size_t steps) {
  if (!walk.last || walk.order == Order::none) return nullptr;
  const bool by_names = walk.order == Order::names;
  const std::size_t at = (by_names ? walk.ranks[*walk.last] : *walk.last) + steps;
  if (at >= walk.listed.size()) return nullptr;
  return &walk.listed[by_names ? walk.sorted[at] : at];
}

Task<WalkAhead::Listed> WalkAhead::open(Call call, std::shared_ptr<Translator> graph, Gfid parent, Gfid gfid,
                                        std::size_t page_size) {
  const auto walk = std::ranges::find_if(walks_, [&](const Walk& known) {
    return known.directory == parent && is_same_caller(known.caller, call);
  });
  if (walk == walks_.end()) co_return failed(ENODATA);
  const auto position = walk->positions.find(gfid);
  if (position == walk->positions.end()) co_return failed(ENODATA);
  step(*walk, position->second);
  list_next(call, graph, *walk, page_size);

  const auto found = ahead_.find(gfid);
  if (found == ahead_.end()) co_return failed(ENODATA);
  const AheadPointer ahead = found->second;
  const bool is_of_use = ahead->graph == graph && ahead->changes == changes_ && is_same_caller(ahead->caller, call);
  if (!is_of_use) {
    drop(ahead);
    co_return failed(ENODATA);
  }
  ahead_.erase(found);
  co_await ahead->settled.wait();
  const bool is_taken = !ahead->is_dropped && ahead->changes == changes_ && *ahead->listed;
  if (!is_taken) {
    drop(ahead);
    co_return failed(ENODATA);
  }
  needed_steps_ = std::max(needed_steps_ / 2, least_steps);
  Listed taken = std::move(**ahead->listed);
  ahead->listed.reset();
  ahead->over.set();
  co_return std::move(taken);
}

void WalkAhead::list_next(const Call& call, const std::shared_ptr<Translator>& graph, const Walk& walk,
                          std::size_t page_size) {
  if (walk.steps < needed_steps_) return;
  const std::size_t count = std::min(walk.steps - needed_steps_ + 1, most_ahead);
  for (std::size_t steps = 1; steps <= count; ++steps) {
    const Gfid* gfid = next(walk, steps);
    if (gfid == nullptr) return;
    if (ahead_.contains(*gfid)) continue;
    auto ahead = std::make_shared<Ahead>();
    ahead->gfid = *gfid;
    ahead->caller = call;
    ahead->graph = graph;
    ahead->changes = changes_;
    ahead_.emplace(*gfid, ahead);
    Call listing = call;
    listing.lock_owner.clear();
    tasks_.start(list(std::move(listing), std::move(ahead), page_size));
  }
}

Task<> WalkAhead::list(Call call, AheadPointer ahead, std::size_t page_size) {
  Result<Listed> listed = co_await list_first_page(call, ahead, page_size);
  ahead->listed.emplace(std::move(listed));
  ahead->settled.set();
  // In vain where its time is over.
  const Result<Done> in_time = co_await with_deadline(world_, lasts, ahead->over.wait());
  if (!in_time) drop(ahead);
  if (ahead->listed && *ahead->listed) release(call, ahead);
  co_return done;
}

Task<WalkAhead::Listed> WalkAhead::list_first_page(const Call& call, const AheadPointer& ahead,
                                                   std::size_t page_size) {
  const fop::Opendir opendir{.gfid = ahead->gfid};
  fop::Opened opened = co_await tried(ahead->graph->perform(call, opendir));
  Result<FetchedEntries> page = co_await first_page_(call, ahead->graph, ahead->gfid, opened.fd, page_size);
  if (!page) {
    tasks_.start(release_now(call, ahead->graph, ahead->gfid, std::move(opened.fd)));
    co_return page.error();
  }
  co_return Listed{std::move(opened.fd), std::move(*page)};
}

void WalkAhead::release(const Call& call, const AheadPointer& ahead) {
  tasks_.start(release_now(call, ahead->graph, ahead->gfid, std::move((*ahead->listed)->fd)));
  ahead->listed.reset();
}

Task<> WalkAhead::release_now(Call call, std::shared_ptr<Translator> graph, Gfid gfid, Fd fd) {
  const fop::Releasedir releasedir{.gfid = gfid, .fd = std::move(fd)};
  const Result<fop::Acknowledged> released = co_await graph->perform(call, releasedir);
  if (!released) log::debug("mount", "{} is not released: {}", gfid.text(), released.error().sentence());
  co_return done;
}

void WalkAhead::drop(const AheadPointer& ahead) {
  const auto found = ahead_.find(ahead->gfid);
  if (found != ahead_.end() && found->second == ahead) ahead_.erase(found);
  if (std::exchange(ahead->is_dropped, true)) return;
  needed_steps_ = std::min(needed_steps_ * 2, most_steps);
  ahead->over.set();
}

void WalkAhead::forget_all() {
  while (!ahead_.empty()) {
    const AheadPointer first = ahead_.begin()->second;
    drop(first);
  }
}

}  // namespace mortar::fuse
