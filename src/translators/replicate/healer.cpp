#include "translators/replicate/healer.h"

#include <fmt/format.h>

#include "base/join.h"
#include "base/log.h"

namespace mortar::replicate {

namespace {

Copies blamed_and_without(const Testimony& testimony) {
  Copies blamed;
  for (const Copy other : (testimony.heard - testimony.present).list()) {
    for (const Copy witness : testimony.present.list()) {
      if (testimony.marks[witness].missed[other].any()) blamed.add(other);
    }
  }
  return blamed;
}

Task<> require_directory(Healing& healing, Gfid directory, Copy copy) {
  const Testimony there = co_await tried(healing.hear(lookup_of(directory), Copies::only(copy)));
  if (!there.present.has(copy)) co_return failed(ENOENT, "it lacks the directory, which is to be healed first");
  co_return done;
}

// The content of what is new is left to whoever heals: it is blamed.
Task<> make_alike(EntryHealer& entries, Gfid directory, std::vector<std::string> names, Copies sources, Copy behind,
                  Locked locked) {
  co_await tried(
      entries.heal_names(directory, std::move(names), sources, Copies::only(behind), Ruling{}, std::move(locked)));
  co_return done;
}

}  // namespace

Task<HealReport> Healer::heal(Gfid gfid, HealedParts parts) {
  std::vector<Gfid> made;
  HealReport report = co_await tried(heal_one(gfid, parts, made));
  co_await tried(heal_made(std::move(made)));
  co_return std::move(report);
}

// What is new is listed by the right copies: what fails here is found there again.
Task<> Healer::heal_made(std::vector<Gfid> made) {
  while (!made.empty()) {
    const Gfid next = made.back();
    made.pop_back();
    co_await heal_one(next, {}, made);
  }
  co_return done;
}

Task<> Healer::heal_attributes(Gfid gfid) {
  const HealReport report = co_await tried(metadata_.heal(gfid));
  healing_.volume().forget(gfid);
  if (report.end == HealEnd::nothing_to_do || report.end == HealEnd::healed) co_return done;
  co_return failed(EAGAIN, report.reason);
}

Task<HealReport> Healer::heal_one(Gfid gfid, HealedParts parts, std::vector<Gfid>& made) {
  Volume& volume = healing_.volume();
  const Testimony testimony = co_await tried(healing_.hear(lookup_of(gfid), volume.up()));
  std::optional<HealReport> postponed = postponed_for_want_of_copies(volume, testimony.heard);
  if (postponed) co_return std::move(*postponed);
  if (testimony.present.empty()) co_return HealReport{HealEnd::gone, {}};
  std::optional<Gfid> first;
  // Bricks that do not note names do not tell it.
  Result<Place> place = failed(ENODATA);
  if (!blamed_and_without(testimony).empty()) {
    place = co_await healing_.place_of(gfid, testimony.present.front());
  }
  if (place && !healing_.is_aside(*place)) {
    const Result<Testimony> directory = co_await healing_.hear(lookup_of(place->directory), volume.up());
    if (directory && has_all_names(*directory)) {
      const Result<bool> completed = co_await complete_name_of(gfid, *place, testimony);
      if (!completed) co_return HealReport{HealEnd::failed, completed.error().sentence()};
      if (*completed) co_return HealReport{HealEnd::healed, {}};
    } else if (directory) {
      first = place->directory;
    }
  }
  if (replicate::split_of(testimony, volume).any()) {
    co_await tried(settle_by_policy(gfid));
  }
  const Iatt object = testimony.iatts[testimony.present.front()];
  HealReport report;
  // First the attributes: of copies that changed at the same time by their clocks these have the times that were set.
  if (parts.attributes) {
    report = co_await tried(metadata_.heal(gfid));
  }
  if (!object.is_directory() && parts.content) {
    HealReport of_content = co_await tried(content_.heal(gfid));
    report.add(std::move(of_content));
  }
  if (object.is_directory() && parts.names) {
    HealReport of_entries = co_await tried(entries_.heal(gfid, made));
    report.add(std::move(of_entries));
  }
  report.first = first;
  // Who reads through this process asks anew.
  volume.forget(gfid);
  co_return std::move(report);
}

Task<HealReport> Healer::diagnose(Gfid gfid) {
  Volume& volume = healing_.volume();
  const Testimony testimony = co_await tried(healing_.hear(lookup_of(gfid), volume.up()));
  if (testimony.present.empty()) co_return HealReport{HealEnd::gone, {}};
  const Iatt& object = testimony.iatts[testimony.present.front()];
  HealReport report;
  const auto add = [&](const Direction& direction, Slot slot, std::string_view what) {
    if (direction.is_split_brain || direction.all_are_behind) {
      report.add({HealEnd::split_brain, split_brain_sentence(testimony, slot, volume.names())});
    } else if (direction.source) {
      report.add({HealEnd::postponed, fmt::format("{} is to be healed", what)});
    }
  };
  if (object.is_regular())
    add(direction_of_data(testimony, volume.with_data(), volume.quorum), Slot::data, "the content");
  add(direction_of_metadata(testimony, volume.quorum), Slot::metadata, "the attributes");
  if (object.is_directory()) add(direction_of_entries(testimony, volume.quorum), Slot::entries, "the names in it");
  // A copy that is away, or that does not have it: it comes into being there by the heal of a directory.
  for (const Copy witness : testimony.present.list()) {
    for (const Copy other : (volume.all() - testimony.present).list()) {
      if (testimony.marks[witness].missed[other].any()) report.add({HealEnd::postponed, "a copy is not there"});
    }
  }
  co_return std::move(report);
}

// ---- Names

Task<std::vector<Gfid>> Healer::complete_name(Gfid directory, std::string name, Copies copies, Locked locked,
                                              std::optional<Gfid> identity) {
  std::vector<std::string> names;
  names.push_back(std::move(name));
  return entries_.heal_names(directory, std::move(names), copies, copies, policy(), std::move(locked), identity);
}

Task<> Healer::catch_up_names(Gfid directory, std::vector<std::string> names, Copies sources, Copy behind,
                              Locked locked) {
  std::vector<Task<>> steps;
  steps.push_back(make_alike(entries_, directory, std::move(names), sources, behind, std::move(locked)));
  // A copy that lacks the directory has nothing under the name either, and is not like the others for that. Where one
  // copy is enough the directory may have been removed: what this copy says of the change tells it.
  if (healing_.volume().quorum.is_required()) steps.push_back(require_directory(healing_, directory, behind));
  const std::vector<Result<Done>> ended = co_await tried(all(std::move(steps)));
  for (const Result<Done>& end : ended) {
    if (!end) co_return end.error();
  }
  co_return done;
}

Task<> Healer::catch_up_attributes(Gfid gfid, Copies sources, Copy behind, Locked locked) {
  co_await tried(metadata_.copy(gfid, sources.front(), behind, locked));
  co_return done;
}

Task<> Healer::keep_if_it_has_other_names(Place place, Copies copies, Copies others, Locked locked) {
  const fop::Lookup of_name = lookup_of(place.directory, std::move(place.name));
  const Testimony there = co_await tried(healing_.hear(of_name, copies));
  HealAside aside(healing_, metadata_);
  for (const Copy copy : there.present.list()) {
    const Gfid file = there.iatts[copy].gfid;
    const Testimony elsewhere = co_await tried(healing_.hear(lookup_of(file), others));
    const bool is_gone = elsewhere.heard == others && elsewhere.present.empty();
    if (is_gone) continue;
    co_await tried(aside.keep(copy, file, locked));
  }
  co_return done;
}

Task<bool> Healer::give_up_aside(Gfid directory, Copies copies, Copy source, Locked locked) {
  HealAside aside(healing_, metadata_);
  const bool are_kept = co_await tried(aside.is_kept(directory, copies));
  if (!are_kept) co_return false;
  // Whoever knows its identity may make something in it. He may wait for the caller, too.
  const LockedThing all_names = healing_.thing(directory, LockKind::entries, healing_.volume().domain());
  const Copies concerned = copies | Copies::only(source);
  Refusals refusals;
  const Locked mine = co_await tried(healing_.locks().try_to_take(all_names, concerned, refusals));
  Result<Done> given_up = done;
  if (mine.copies() != concerned) given_up = failed(EAGAIN, "somebody changes names in it, or a copy has gone");
  for (const Copy copy : copies.list()) {
    if (!given_up) break;
    given_up = co_await clear_aside(directory, copy, source, locked);
  }
  co_await tried(healing_.locks().give_back(all_names, mine));
  if (!given_up) co_return given_up.error();
  co_return true;
}

Task<> Healer::clear_aside(Gfid directory, Copy copy, Copy source, const Locked& locked) {
  std::vector<std::string> names = co_await tried(healing_.names_on(copy, directory));
  co_await tried(entries_.heal_names(directory, std::move(names), Copies::only(source), Copies::only(copy), Ruling{},
                                     locked));
  HealAside aside(healing_, metadata_);
  co_await tried(aside.give_up(directory, copy, locked));
  co_return done;
}

bool Healer::has_all_names(const Testimony& directory) {
  const Volume& volume = healing_.volume();
  // A copy that lacks the directory gets that first.
  return !postponed_for_want_of_copies(volume, directory.heard) && directory.present == directory.heard &&
         !direction_of_entries(directory, volume.quorum).source;
}

Task<bool> Healer::complete_name_of(Gfid gfid, Place place, const Testimony& testimony) {
  const bool is_tried = co_await tried(complete(place.directory, place.name));
  if (!is_tried) co_return false;
  const Testimony now = co_await tried(healing_.hear(lookup_of(gfid), testimony.heard));
  const Copies without = blamed_and_without(now);
  if (without.empty()) co_return true;
  co_return failed(EAGAIN, fmt::format("these copies lack it: {}", healing_.volume().names(without)));
}

Task<bool> Healer::complete(Gfid directory, std::string name) {
  const LockedThing lock = healing_.name_in(directory, name);
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(lock, healing_.volume().up(), refusals));
  const Result<Testimony> parent = co_await healing_.hear(lookup_of(directory), locked.copies());
  Result<std::vector<Gfid>> made = std::vector<Gfid>();
  const bool is_unblamed = parent && has_all_names(*parent);
  if (is_unblamed) {
    made = co_await complete_name(directory, std::move(name), locked.copies() & parent->present, locked);
  }
  co_await tried(healing_.locks().give_back(lock, locked));
  if (!made) co_return made.error();
  co_await tried(heal_made(std::move(*made)));
  co_return is_unblamed;
}

// ---- Split brain

Task<> Healer::settle_by_policy(Gfid gfid) {
  const Volume& volume = healing_.volume();
  if (volume.up() != volume.all()) co_return done;
  const Result<Done> settled = co_await split_brains_.settle(gfid, {.content = true, .attributes = true}, policy());
  if (!settled) log::debug(volume.name(), "{} stays in split brain: {}", gfid.text(), settled.error().sentence());
  co_return done;
}

Task<> Healer::resolve(Gfid gfid, Ruling ruling) {
  Volume& volume = healing_.volume();
  const Testimony testimony = co_await tried(healing_.hear(lookup_of(gfid), volume.up()));
  if (testimony.present.empty()) co_return failed(ENOENT);
  if (testimony.present != volume.all()) co_return failed(ENOTCONN);
  const bool is_directory = testimony.iatts[testimony.present.front()].is_directory();
  const Split split = replicate::split_of(testimony, volume);
  // Names are merged, whatever is said of the rest.
  const bool merges = is_directory && direction_of_entries(testimony, volume.quorum).source;
  if (!split.any() && !merges) co_return failed(EIO, not_in_split_brain);
  co_await tried(split_brains_.settle(gfid, split, ruling));
  const HealReport report = co_await tried(heal(gfid));
  // Where it waits, another healer is at it: the marks say what is right by now.
  if (report.end == HealEnd::failed || report.end == HealEnd::split_brain) co_return failed(EIO, report.reason);
  co_return done;
}

Task<bool> Healer::resolve_name(Gfid directory, std::string name, Ruling ruling) {
  const LockedThing lock = healing_.name_in(directory, name);
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(lock, healing_.volume().up(), refusals));
  bool differs = false;
  Result<std::vector<Gfid>> made = co_await resolve_locked(directory, std::move(name), ruling, locked, differs);
  co_await tried(healing_.locks().give_back(lock, locked));
  if (!made) co_return made.error();
  co_await tried(heal_made(std::move(*made)));
  co_return differs;
}

Task<std::vector<Gfid>> Healer::resolve_locked(Gfid directory, std::string name, Ruling ruling, const Locked& locked,
                                               bool& differs) {
  Volume& volume = healing_.volume();
  const Testimony parent = co_await tried(healing_.hear(lookup_of(directory), locked.copies()));
  const Direction direction = direction_of_entries(parent, volume.quorum);
  // What copies have that are blamed does not count.
  const bool is_one_sided = direction.source && direction.sources != direction.sinks;
  const Testimony there = co_await tried(healing_.hear(lookup_of(directory, name), locked.copies()));
  const Copies right = there.present & (is_one_sided ? direction.sources : parent.present);
  for (const Copy copy : right.list()) {
    const Iatt& object = there.iatts[copy];
    const Iatt& first = there.iatts[right.front()];
    differs = differs || object.gfid != first.gfid || object.type() != first.type();
  }
  if (!differs) co_return std::vector<Gfid>();
  if (there.heard != volume.all()) co_return failed(ENOTCONN);
  volume.forget(directory);
  std::vector<std::string> names;
  names.push_back(std::move(name));
  std::vector<Gfid> made =
      co_await tried(entries_.heal_names(directory, std::move(names), right, right, ruling, locked));
  co_return std::move(made);
}

}  // namespace mortar::replicate
