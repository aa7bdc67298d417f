#include "translators/replicate/heal_moves.h"

#include <utility>

namespace mortar::replicate {

namespace {

constexpr int most_tries = 5;
constexpr Duration between_tries = std::chrono::milliseconds(20);

}  // namespace

Task<> NameMover::bring(const DirectoryJob& job, const MissingName& missing, Iatt there, const Locked& locked) {
  const bool is_back = co_await tried(aside_.take_back(missing, locked));
  if (is_back) co_return done;
  const bool is_taken = co_await tried(take_from_what_is_gone(missing, locked));
  if (is_taken) co_return done;
  const bool may_have_two_names = job.is_of_all && (job.merges || job.direction.is_unsettled);
  if (there.is_directory() && may_have_two_names) {
    const bool is_moved = co_await tried(take_from_fewer(missing, locked));
    if (is_moved) co_return done;
  }
  const bool may_have_moved = there.is_directory() || (there.links == 1 && missing.object.links == 1);
  if (may_have_moved) {
    const bool is_moved = co_await tried(take_from_wrong_name(missing, locked));
    if (is_moved) co_return done;
  }
  if (there.is_directory()) {
    co_return failed(EAGAIN, "it has another place on that copy, which is to be healed first");
  }
  co_await tried(link(missing, locked));
  co_return done;
}

Task<bool> NameMover::take_from_what_is_gone(const MissingName& missing, const Locked& locked) {
  // Bricks that do not note names do not tell it of files.
  const Result<Place> place = co_await healing_.place_of(missing.object.gfid, missing.sink);
  if (!place) co_return false;
  const std::optional<Iatt> parent = co_await tried(healing_.object_on(missing.source(), place->directory));
  if (parent) co_return false;
  co_await tried(move_from(*place, missing, locked));
  co_return true;
}

Task<bool> NameMover::take_from_fewer(const MissingName& missing, const Locked& locked) {
  const Gfid object = missing.object.gfid;
  const Place place = co_await tried(healing_.place_of(object, missing.sink));
  const Copies here = co_await tried(holders_of(missing.place, object, locked.copies()));
  const Copies there = co_await tried(holders_of(place, object, locked.copies()));
  if (here.empty() || !there.has(missing.sink)) co_return false;
  const auto rank = [](Copies copies) { return std::pair(copies.count(), -static_cast<std::int64_t>(copies.front())); };
  if (rank(here) < rank(there)) co_return false;
  const LockedThing other = healing_.name_in(place.directory, place.name);
  Refusals refusals;
  const Locked both = co_await tried(lock_soon(other, refusals));
  Result<Done> moved = failed(EAGAIN, "its other name is in use");
  if (!refusals.is_taken) {
    moved = co_await move_from(place, missing, locked);
  }
  co_await tried(healing_.locks().give_back(other, both));
  if (!moved) co_return moved.error();
  co_return true;
}

Task<bool> NameMover::take_from_wrong_name(const MissingName& missing, const Locked& locked) {
  const Result<Place> place = co_await healing_.place_of(missing.object.gfid, missing.sink);
  if (!place || *place == missing.place) co_return false;
  // Where a directory may get into another one depends on all above that.
  if (missing.object.is_directory() && place->directory != missing.place.directory) co_return false;
  // A change that has the copy catch up has locked its directories as a whole, and would wait for itself.
  if (locked.has_all_names_of(place->directory)) {
    const bool is_moved = co_await tried(move_from_wrong_name(*place, missing, locked));
    co_return is_moved;
  }
  const LockedThing other = healing_.name_in(place->directory, place->name);
  Refusals refusals;
  const Locked both = co_await tried(lock_soon(other, refusals));
  Result<bool> moved = false;
  if (!refusals.is_taken) {
    moved = co_await move_from_wrong_name(*place, missing, locked);
  }
  co_await tried(healing_.locks().give_back(other, both));
  co_return std::move(moved);
}

Task<bool> NameMover::move_from_wrong_name(Place place, const MissingName& missing, const Locked& locked) {
  const bool is_wrong = co_await tried(is_wrong_name(place, missing, locked));
  if (!is_wrong) co_return false;
  co_await tried(move_from(std::move(place), missing, locked));
  co_return true;
}

// The source may itself be behind with the directory of the other name, or somebody has just given that.
Task<bool> NameMover::is_wrong_name(Place place, const MissingName& missing, const Locked& locked) {
  const Testimony of_directory = co_await tried(healing_.hear(lookup_of(place.directory), locked.copies()));
  const Direction direction = direction_of_entries(of_directory, volume_.quorum);
  const Copy source = missing.source();
  const bool source_knows = direction.source && direction.sources.has(source) && !direction.sinks.has(source);
  if (!source_knows || !direction.sinks.has(missing.sink)) co_return false;
  const Copies holders = co_await tried(holders_of(std::move(place), missing.object.gfid, direction.sources));
  co_return holders.empty();
}

Task<Copies> NameMover::holders_of(Place place, Gfid object, Copies copies) {
  const Testimony testimony = co_await tried(healing_.hear(lookup_of(place.directory, place.name), copies));
  Copies holders;
  for (const Copy copy : testimony.present.list()) {
    if (testimony.iatts[copy].gfid == object) holders.add(copy);
  }
  co_return holders;
}

// Another healer gives it up at once; a user may be waiting for what this one has.
Task<Locked> NameMover::lock_soon(const LockedThing& thing, Refusals& refusals) {
  Locked locked(volume_, Copies());
  for (int tries = 0; tries < most_tries; ++tries) {
    refusals = {};
    locked = co_await tried(healing_.locks().try_to_take(thing, volume_.up(), refusals));
    if (!refusals.is_taken) break;
    co_await tried(healing_.locks().give_back(thing, locked));
    locked = Locked(volume_, Copies());
    co_await tried(volume_.world.sleep(between_tries));
  }
  co_return locked;
}

Task<> NameMover::move_from(Place place, const MissingName& missing, const Locked& locked) {
  const fop::Lookup lookup = lookup_of(place.directory, place.name);
  const Call own = healing_.call();
  const fop::Lookup::Reply there = co_await tried(healing_.at(own, lookup, missing.sink));
  if (there.iatt.gfid != missing.object.gfid) co_return failed(EAGAIN, "it has been moved meanwhile");
  const fop::Rename move{.old_parent = place.directory,
                         .new_parent = missing.place.directory,
                         .old_name = std::move(place.name),
                         .new_name = missing.place.name,
                         .xdata = {}};
  co_await tried(healing_.change(locked, move, missing.sink));
  co_await tried(metadata_.copy_times(missing.object.gfid, missing.source(), missing.sink, locked));
  co_return done;
}

Task<> NameMover::link(const MissingName& missing, const Locked& locked) {
  const fop::Link link{
      .gfid = missing.object.gfid, .new_parent = missing.place.directory, .new_name = missing.place.name, .xdata = {}};
  co_await tried(healing_.change(locked, link, missing.sink));
  co_await tried(aside_.forget(missing.sink, missing.object.gfid, locked));
  co_await tried(metadata_.copy_times(missing.object.gfid, missing.source(), missing.sink, locked));
  co_return done;
}

}  // namespace mortar::replicate
