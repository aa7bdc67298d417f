// What stands under the two names of a rename. Asked for is where a name hashes to and, at the same time, where the
// file is remembered to be; all others only where that does not settle it.
//
//   1 trip where memory was right or nothing is remembered and nothing is there; else 1 or 2 more
#include <algorithm>

#include "base/join.h"
#include "translators/distribute/layout_check.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/rename.h"
#include "translators/distribute/standing.h"

namespace mortar::distribute {

Task<> Renaming::find_parent(Side& side) {
  const NamePlace at = co_await tried(finder_.place_of_name(call_, side.name.directory, side.name.name));
  side.parent = at.parent;
  side.hashed = at.hashed;
  co_return done;
}

void Renaming::recall(Side& side) {
  const Gfid* gfid = volume_.memory.names.find(side.name);
  if (gfid == nullptr) return;
  if (const Place* place = volume_.memory.places.find(*gfid)) {
    side.thing = {.gfid = *gfid, .place = *place};
  } else if (volume_.memory.directories.find(*gfid) != nullptr) {
    side.thing = {.gfid = *gfid, .place = std::nullopt, .is_directory = true};
  }
}

fop::Lookup Renaming::lookup_of(const Side& side) const {
  const fop::Lookup lookup{.parent = side.name.directory, .name = side.name.name};
  return volume_.keys.added_to(lookup);
}

Task<> Renaming::look() {
  // Of a directory every subvolume's copy counts.
  const bool everywhere = from_.thing.is_directory;
  std::vector<Task<>> tasks;
  for (Side* side : {&from_, &to_}) {
    std::vector<Place> places{side->hashed};
    const bool may_be_anywhere = side == &to_ && side->thing.gfid.is_null() && finder_.may_be_elsewhere(*side->parent);
    if (everywhere || may_be_anywhere) {
      places = volume_.all_places();
    } else if (side->thing.place && *side->thing.place != side->hashed) {
      places.push_back(*side->thing.place);
    }
    tasks.push_back(look_at(*side, std::move(places)));
  }
  const std::vector<Result<Done>> looked = co_await tried(all(std::move(tasks)));
  co_return first_error(looked);
}

Task<> Renaming::look_unlocked() {
  Result<Done> looked = co_await look();
  if (!looked && says_layout_changed(looked.error())) {
    for (Side* side : {&from_, &to_}) {
      co_await tried(finder_.find_directory_again(call_, side->name.directory));
      co_await tried(find_parent(*side));
    }
    looked = co_await look();
  }
  if (looked || looked.error().number() != EIO) co_return looked;
  // It may be somebody's rename half way: a lookup that finds a contradiction waits for the lock of the name.
  co_await finder_.look_up_everywhere(call_, lookup_of(from_), from_.hashed);
  co_await finder_.look_up_everywhere(call_, lookup_of(to_), to_.hashed);
  co_await tried(look());
  co_return done;
}

Task<> Renaming::look_at(Side& side, std::vector<Place> places) {
  const std::size_t count = volume_.children().size();
  side.answers.assign(count, failed(ENOENT));
  side.asked.assign(count, false);
  while (!places.empty()) {
    co_await tried(ask(side, places));
    places = places_left(side);
  }
  co_await tried(learn(side));
  co_return done;
}

Task<> Renaming::ask(Side& side, std::vector<Place> places) {
  const fop::Lookup lookup = lookup_of(side);
  std::vector<Task<fop::Lookup::Reply>> tasks;
  fop::Lookup checked = lookup;
  ask_to_check_layout(volume_, checked.xdata, *side.parent, side.hashed);
  for (Place place : places) {
    tasks.push_back(volume_.subvolume(place).perform(call_, place == side.hashed ? checked : lookup));
  }
  std::vector<Result<fop::Lookup::Reply>> answers = co_await tried(all(std::move(tasks)));
  for (std::size_t index = 0; index < places.size(); ++index) {
    side.answers[places[index]] = std::move(answers[index]);
    side.asked[places[index]] = true;
  }
  co_return done;
}

std::vector<Place> Renaming::places_left(const Side& side) const {
  std::vector<Place> others;
  for (Place place = 0; place < side.asked.size(); ++place) {
    if (!side.asked[place]) others.push_back(place);
  }
  const auto is_file = [&](const Result<fop::Lookup::Reply>& answer) {
    return answer && !answer->iatt.is_directory() && !volume_.is_link_file(*answer);
  };
  const Result<fop::Lookup::Reply>& there = side.answers[side.hashed];
  if (!there) {
    if (!is_missing(there.error()) || std::ranges::any_of(side.answers, is_file)) return {};
    // The user has seen the old name somewhere.
    const bool settled = &side == &to_ && !finder_.may_be_elsewhere(*side.parent);
    return settled ? std::vector<Place>{} : others;
  }
  if (!volume_.is_link_file(*there)) return {};
  const std::optional<Place> target = volume_.link_target(there->xdata);
  if (target && !side.asked[*target]) return {*target};
  const bool leads_there =
      target && is_file(side.answers[*target]) && side.answers[*target]->iatt.gfid == there->iatt.gfid;
  return leads_there ? std::vector<Place>{} : others;
}

Result<Done> Renaming::learn(Side& side) {
  side.thing = {};
  side.iatt = side.parent_iatt = {};
  const Result<fop::Lookup::Reply>& there = side.answers[side.hashed];
  if (!there && !is_missing(there.error())) return std::unexpected(there.error());
  const fop::Lookup lookup = lookup_of(side);
  const Standing standing = decide(volume_, lookup, side.hashed, side.answers);
  if (standing.contradicts) return failed(EIO, standing.damage);
  side.lacks_link = standing.lacks_link;
  const std::optional<Place> found = standing.directory ? standing.directory : standing.file;
  if (!found) {
    // It may be on a subvolume that does not answer.
    if (!is_missing(standing.error)) return std::unexpected(standing.error);
    return done;
  }
  const fop::Lookup::Reply& answer = *side.answers[*found];
  side.thing.gfid = answer.iatt.gfid;
  side.thing.is_directory = standing.directory.has_value();
  if (!side.thing.is_directory) side.thing.place = *found;
  side.iatt = answer.iatt;
  side.parent_iatt = answer.parent;
  return done;
}

}  // namespace mortar::distribute
