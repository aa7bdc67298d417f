#include "translators/replicate/heal_walk.h"

#include <algorithm>

#include "base/few_at_once.h"
#include "base/log.h"
#include "translators/replicate/hidden_names.h"

namespace mortar::replicate {

namespace {

// Users hardly notice so many; a heal mostly waits for disks.
constexpr std::size_t at_once = 8;

}  // namespace

Task<> HealWalk::through_index(Copy copy) {
  for (;;) {
    const std::uint64_t before = figures_.healed;
    figures_.split_brain = figures_.failed = figures_.taken = figures_.aside = 0;
    co_await tried(heal_list(copy, HealList::blamed));
    co_await tried(heal_list(copy, HealList::dirty));
    // What was healed may have been what something else waited for.
    if (figures_.healed != before && figures_.failed != 0) continue;
    const Volume& volume = healer_.healing().volume();
    if (figures_.failed != 0) co_return done;
    // What waits to be healed may want it back.
    for (const Copy other : volume.up().list()) {
      co_await tried(clear_aside(other));
    }
    for (const Copy other : volume.up().list()) {
      if (!volume.options.granular_entry_heal) break;
      co_await tried(clear_notes(other));
    }
    co_return done;
  }
}

// Twice: names that are left of a directory the brick puts under a gfid that nothing has, which is gone then.
Task<> HealWalk::clear_notes(Copy copy) {
  constexpr int rounds = 2;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<std::string> entries = co_await tried(index_.entries(copy, HealList::noted));
    for (const std::string& entry : entries) {
      co_await tried(clear_note(copy, entry));
    }
  }
  co_return done;
}

// Whether the directory blames nobody by now, its brick knows, which keeps what it has noted otherwise.
Task<> HealWalk::clear_note(Copy copy, std::string entry) {
  const std::optional<Gfid> gfid = Gfid::parse(entry);
  if (!gfid) co_return done;
  const Result<Done> struck = co_await healer_.healing().strike(*gfid, copy);
  if (struck || !is_missing(struck.error())) co_return struck;
  co_await tried(index_.strike(copy, HealList::noted, std::move(entry)));
  co_return done;
}

Task<> HealWalk::clear_aside(Copy copy) {
  Healing& healing = healer_.healing();
  const std::optional<Gfid> volume = healing.volume().id();
  if (!volume) co_return done;
  const Gfid aside = anonymous_gfid(*volume);
  const Result<std::vector<std::string>> entries = co_await healing.names_on(copy, aside);
  if (!entries && is_missing(entries.error())) co_return done;
  if (!entries) co_return entries.error();
  for (const std::string& entry : *entries) {
    co_await tried(clear_aside_one(copy, aside, entry));
  }
  co_return done;
}

Task<> HealWalk::clear_aside_one(Copy copy, Gfid aside, std::string entry) {
  const std::optional<Gfid> gfid = Gfid::parse(entry);
  if (!gfid) co_return done;
  Healing& healing = healer_.healing();
  Volume& volume = healing.volume();
  const Testimony testimony = co_await tried(healing.hear(lookup_of(*gfid), volume.up()));
  if (!testimony.present.has(copy) || testimony.heard != volume.all()) co_return done;
  const Iatt& object = testimony.iatts[copy];
  const Testimony kept = co_await tried(healing.hear(lookup_of(aside, entry), volume.up()));
  const auto has_other_names = [&](Copy holder) { return !object.is_directory() && testimony.iatts[holder].links > 1; };
  // Several copies may keep aside what has been removed since on the others.
  const bool is_nowhere_else =
      testimony.present == Copies::only(copy) ||
      (kept.present == testimony.present && std::ranges::none_of(kept.present.list(), has_other_names));
  if (object.is_directory() && is_nowhere_else) {
    fop::Rmdir remove{.parent = aside, .flags = with_all_in_it, .name = std::move(entry), .xdata = {}};
    co_await tried(healing.remove_at(std::move(remove), copy));
  } else if (!object.is_directory() && (is_nowhere_else || object.links > 1)) {
    fop::Unlink remove{.parent = aside, .name = std::move(entry), .flags = 0, .xdata = {}};
    co_await tried(healing.remove_at(std::move(remove), copy));
  } else {
    ++figures_.aside;
  }
  co_return done;
}

Task<> HealWalk::heal_list(Copy copy, HealList list) {
  const std::vector<std::string> entries = co_await tried(index_.entries(copy, list));
  came_first_.clear();
  const std::vector<Result<Done>> healed = co_await tried(
      few_at_once(at_once, entries.size(), [&](std::size_t at) { return heal_entry(copy, list, entries[at]); }));
  for (const Result<Done>& one : healed) {
    co_await tried(one);
  }
  co_return done;
}

Task<> HealWalk::heal_what_comes_first() {
  while (!come_first_.empty()) {
    const Gfid directory = come_first_.back();
    come_first_.pop_back();
    if (!came_first_.insert(directory).second) continue;
    const Result<HealReport> report = co_await healer_.heal(directory);
    count(directory, report);
  }
  co_return done;
}

Task<> HealWalk::heal_entry(Copy copy, HealList list, std::string entry) {
  const std::optional<Gfid> gfid = Gfid::parse(entry);
  if (!gfid) {
    co_await tried(index_.strike(copy, list, std::move(entry)));
    co_return done;
  }
  const Result<HealReport> report = co_await healer_.heal(*gfid);
  count(*gfid, report);
  if (!report) co_return done;
  if (report->end == HealEnd::gone) {
    co_await tried(index_.strike(copy, list, std::move(entry)));
  }
  if (report->end == HealEnd::nothing_to_do) {
    const Result<Done> struck = co_await healer_.healing().strike(*gfid, copy);
    if (!struck && !is_missing(struck.error())) co_return struck;
  }
  co_await tried(heal_what_comes_first());
  co_return done;
}

void HealWalk::count(const Gfid& gfid, const Result<HealReport>& report) {
  if (!report) {
    ++figures_.failed;
    log::info(name_, "{} is not healed: {}", gfid.text(), report.error().sentence());
    return;
  }
  if (report->first) come_first_.push_back(*report->first);
  switch (report->end) {
    case HealEnd::nothing_to_do:
    case HealEnd::gone: return;
    case HealEnd::healed:
      ++figures_.healed;
      log::info(name_, "{} is healed", gfid.text());
      return;
    case HealEnd::split_brain:
      ++figures_.split_brain;
      log::error(name_, "{} is in split brain: {}", gfid.text(), report->reason);
      return;
    case HealEnd::taken: ++figures_.taken; [[fallthrough]];
    case HealEnd::postponed:
    case HealEnd::failed:
      ++figures_.failed;
      log::info(name_, "{} is not healed: {}", gfid.text(), report->reason);
      return;
  }
}

Task<> HealWalk::through_all() {
  std::vector<Gfid> directories{root_gfid};
  while (!directories.empty()) {
    const Gfid next = directories.back();
    directories.pop_back();
    const Result<Done> walked = co_await heal_below(next, directories);
    if (walked) continue;
    ++figures_.failed;
    log::warning(name_, "the walk passes over {}: {}", next.text(), walked.error().sentence());
  }
  co_return done;
}

// The directory first: what is missing in it comes into being by that.
Task<> HealWalk::heal_below(Gfid directory, std::vector<Gfid>& directories) {
  const Result<HealReport> report = co_await healer_.heal(directory);
  count(directory, report);
  co_await tried(report);
  Healing& healing = healer_.healing();
  Volume& volume = healing.volume();
  if (volume.up().empty()) co_return failed(ENOTCONN);
  std::set<std::string> names;
  for (const Copy copy : volume.up().list()) {
    const std::vector<std::string> there = co_await tried(healing.names_on(copy, directory));
    names.insert(there.begin(), there.end());
  }
  for (const std::string& name : names) {
    const Testimony testimony = co_await tried(healing.hear(lookup_of(directory, name), volume.up()));
    if (testimony.present.empty()) continue;
    if (testimony.present != testimony.heard) {
      // Nobody is blamed for it, or it would be there by now.
      co_await tried(healer_.complete(directory, name));
      ++figures_.healed;
    }
    const Iatt& object = testimony.iatts[testimony.present.front()];
    if (object.is_directory()) {
      directories.push_back(object.gfid);
      continue;
    }
    const Result<HealReport> healed = co_await healer_.heal(object.gfid);
    count(object.gfid, healed);
  }
  co_return done;
}

}  // namespace mortar::replicate
