// Attributes of directories, which every subvolume has a copy of.
//
//   stat      1 trip to all; what is told are the leader's attributes with the latest times
//   setattr   2 trips: the leader, then all others; one that misses the change is healed at the next lookup, which
//             compares with the leader's
//   fsyncdir  1 trip to all
#include "base/log.h"
#include "translators/distribute/distribute.h"
#include "translators/distribute/merge.h"

namespace mortar {

namespace {

Times times_of(const Directory& directory) { return {directory.accessed, directory.modified, directory.changed}; }

void set_times(Directory& directory, const Iatt& iatt) {
  directory.accessed = iatt.accessed;
  directory.modified = iatt.modified;
  directory.changed = iatt.changed;
}

}  // namespace

Place Distribute::speaker(const Directory& directory) const {
  if (directory.leader && up_[*directory.leader]) return *directory.leader;
  std::optional<Place> up;
  for (Place place = 0; place < children().size(); ++place) {
    if (!up_[place]) continue;
    if (directory.layout[place].err == 0) return place;
    if (!up) up = place;
  }
  return up ? *up : directory.leader.value_or(0);
}

std::vector<Place> Distribute::all_places() const { return all_places_but(children().size()); }

std::vector<Place> Distribute::all_places_but(Place but) const {
  std::vector<Place> places;
  for (Place place = 0; place < children().size(); ++place) {
    if (place != but) places.push_back(place);
  }
  return places;
}

Result<Place> Distribute::leader_of(const Directory& directory) const {
  if (directory.leader && up_[*directory.leader]) return *directory.leader;
  if (directory.leader || !all_up()) return failed(ENOTCONN);
  return failed(EINVAL);
}

void Distribute::learn_times(const Gfid& gfid, const Iatt& iatt) {
  if (const DirectoryPointer* known = memory_.directories.find(gfid)) set_times(**known, iatt);
}

void Distribute::learn_times_since(const Gfid& gfid, const Times& known, const Iatt& iatt) {
  const DirectoryPointer* now = memory_.directories.find(gfid);
  if (now != nullptr && times_of(**now) == known) set_times(**now, iatt);
}

Task<fop::Attributes> Distribute::on_directory(const Call& call, const fop::Stat& stat, DirectoryPointer directory) {
  return stat_directory(call, stat, std::move(directory));
}

Task<fop::Attributes> Distribute::on_directory(const Call& call, const fop::Fstat& stat, DirectoryPointer directory) {
  return stat_directory(call, stat, std::move(directory));
}

template <class Operation>
Task<fop::Attributes> Distribute::stat_directory(const Call& call, const Operation& stat, DirectoryPointer directory) {
  const Times known = times_of(*directory);
  AnswersOf<Operation> answers = co_await tried(at_each(call, stat, all_places()));
  const Place speaks = speaker(*directory);
  std::optional<fop::Attributes> reply;
  distribute::MergedIatt merged;
  bool complete = true;
  for (Place place = 0; place < answers.size(); ++place) {
    Result<fop::Attributes>& answer = answers[place];
    complete = complete && answer;
    if (!answer) continue;
    merged.add(answer->iatt, place == speaks);
    if (!reply || place == speaks) reply = std::move(*answer);
  }
  if (!reply) co_return distribute::error_of(answers);
  if (complete) learn_times_since(directory->gfid, known, merged.get());
  reply->iatt = of_directory(merged.get());
  co_return std::move(*reply);
}

Task<fop::Changed> Distribute::on_directory(const Call& call, const fop::Setattr& set, DirectoryPointer directory) {
  return change_directory(call, set, std::move(directory));
}

Task<fop::Changed> Distribute::on_directory(const Call& call, const fop::Fsetattr& set, DirectoryPointer directory) {
  return change_directory(call, set, std::move(directory));
}

template <class Operation>
Task<fop::Changed> Distribute::change_directory(const Call& call, const Operation& set, DirectoryPointer directory) {
  const Times known = times_of(*directory);
  std::optional<Place> leader;
  std::optional<fop::Changed> reply;
  distribute::MergedIatt before, after;
  bool complete = true;
  // The root was made with the bricks, and nobody marked one as its leader: nobody could tell later who missed what.
  const bool sets_rights = (set.valid & (set_attribute::mode | set_attribute::uid | set_attribute::gid)) != 0;
  if (directory->gfid.is_root() && sets_rights && !all_up()) co_return failed(ENOTCONN);
  if (!directory->gfid.is_root()) {
    leader = co_await tried(leader_of(*directory));
    reply = co_await tried(at_place(call, set, *leader));
    before.add(reply->before, true);
    after.add(reply->after, true);
  }
  const std::vector<Place> places = leader ? all_places_but(*leader) : all_places();
  AnswersOf<Operation> answers = co_await tried(at_each(call, set, places));
  for (std::size_t index = 0; index < answers.size(); ++index) {
    Result<fop::Changed>& answer = answers[index];
    complete = complete && answer;
    if (!answer) {
      log::info(name(), "the attributes of {} are not set on {}: {}", directory->gfid.text(),
                subvolume(places[index]).name(), answer.error().sentence());
      continue;
    }
    before.add(answer->before, false);
    after.add(answer->after, false);
    if (!reply) reply = std::move(*answer);
  }
  if (!reply) co_return distribute::error_of(answers);
  const bool sets_times = (set.valid & (set_attribute::accessed | set_attribute::modified)) != 0;
  if (complete) learn_times_since(directory->gfid, known, before.get());
  reply->before = of_directory(before.get());
  // Times that are set may go back.
  if (sets_times) learn_times(directory->gfid, after.get());
  reply->after = of_directory(after.get());
  co_return std::move(*reply);
}

// An entry is durable only where it was made, so each must say so. What was away when the directory was opened has got
// nothing through this descriptor.
Task<fop::Acknowledged> Distribute::on_directory(const Call& call, const fop::Fsyncdir& sync,
                                                 DirectoryPointer directory) {
  const std::shared_ptr<OpenObject> open = open_object(this, sync.fd);
  std::vector<Place> places;
  for (Place place = 0; place < children().size(); ++place) {
    const bool matters = open ? static_cast<bool>(open->fds[place].open) : directory->layout[place].err == 0;
    if (up_[place] || matters) places.push_back(place);
  }
  AnswersOf<fop::Fsyncdir> answers = co_await tried(at_each(call, sync, places));
  std::optional<fop::Acknowledged> reply;
  for (Result<fop::Acknowledged>& answer : answers) {
    if (!answer && !distribute::is_missing(answer.error())) co_return answer.error();
    if (answer && !reply) reply = std::move(*answer);
  }
  if (!reply) co_return distribute::error_of(answers);
  co_return std::move(*reply);
}

}  // namespace mortar
