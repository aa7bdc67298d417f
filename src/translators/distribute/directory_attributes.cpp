//   stat      1 trip to all; what is told are the leader's attributes with the latest times
//   setattr   2 trips: the leader, then all others; one that misses the change is healed at the next lookup, which
//             compares with the leader's
//   fsyncdir  1 trip to all
#include "translators/distribute/directory_attributes.h"

#include "base/log.h"
#include "translators/distribute/merge.h"

namespace mortar::distribute {

namespace {

// The attributes of a directory, made of those that its copies tell. When all have told, its times are known, unless
// something later was learned since they were asked.
class Told {
 public:
  explicit Told(const Directory& directory) : gfid_(directory.gfid), known_(directory.times) {}

  void add(const Iatt& iatt, bool leads) { merged_.add(iatt, leads); }
  void lacks_one() { complete_ = false; }
  // As users see it.
  Iatt settled(DistributeMemory& memory) const {
    if (complete_) memory.learn_times_since(gfid_, known_, merged_.get());
    return memory.of_directory(merged_.get());
  }

 private:
  const Gfid gfid_;
  const Times known_;
  MergedIatt merged_;
  bool complete_ = true;
};

}  // namespace

Task<fop::Attributes> DirectoryAttributes::on_directory(const Call& call, const fop::Stat& stat,
                                                        DirectoryPointer directory) {
  return stat_directory(call, stat, std::move(directory));
}

Task<fop::Attributes> DirectoryAttributes::on_directory(const Call& call, const fop::Fstat& stat,
                                                        DirectoryPointer directory) {
  return stat_directory(call, stat, std::move(directory));
}

template <class Operation>
Task<fop::Attributes> DirectoryAttributes::stat_directory(const Call& call, const Operation& stat,
                                                          DirectoryPointer directory) {
  Told told(*directory);
  AnswersOf<Operation> answers = co_await tried(descriptors_.at_each(call, stat, volume_.all_places()));
  const Place speaks = volume_.speaker(*directory);
  std::optional<fop::Attributes> reply;
  for (Place place = 0; place < answers.size(); ++place) {
    Result<fop::Attributes>& answer = answers[place];
    if (!answer) {
      told.lacks_one();
      continue;
    }
    told.add(answer->iatt, place == speaks);
    if (!reply || place == speaks) reply = std::move(*answer);
  }
  if (!reply) co_return error_of(answers);
  reply->iatt = told.settled(volume_.memory);
  co_return std::move(*reply);
}

Task<fop::Changed> DirectoryAttributes::on_directory(const Call& call, const fop::Setattr& set,
                                                     DirectoryPointer directory) {
  return change_directory(call, set, std::move(directory));
}

Task<fop::Changed> DirectoryAttributes::on_directory(const Call& call, const fop::Fsetattr& set,
                                                     DirectoryPointer directory) {
  return change_directory(call, set, std::move(directory));
}

template <class Operation>
Task<fop::Changed> DirectoryAttributes::change_directory(const Call& call, const Operation& set,
                                                         DirectoryPointer directory) {
  std::optional<Place> leader;
  std::optional<fop::Changed> reply;
  Told before(*directory);
  MergedIatt after;
  // The root was made with the bricks, and nobody marked one as its leader: nobody could tell later who missed what.
  const bool sets_rights = (set.valid & (set_attribute::mode | set_attribute::uid | set_attribute::gid)) != 0;
  if (directory->gfid.is_root() && sets_rights && !volume_.all_up()) co_return failed(ENOTCONN);
  if (!directory->gfid.is_root()) {
    leader = co_await tried(volume_.leader_of(*directory));
    reply = co_await tried(descriptors_.at_place(call, set, *leader));
    before.add(reply->before, true);
    after.add(reply->after, true);
  }
  const std::vector<Place> places = leader ? volume_.all_places_but(*leader) : volume_.all_places();
  AnswersOf<Operation> answers = co_await tried(descriptors_.at_each(call, set, places));
  for (std::size_t index = 0; index < answers.size(); ++index) {
    Result<fop::Changed>& answer = answers[index];
    if (!answer) {
      before.lacks_one();
      log::info(volume_.name(), "the attributes of {} are not set on {}: {}", directory->gfid.text(),
                volume_.subvolume(places[index]).name(), answer.error().sentence());
      if (directory->gfid.is_root() && sets_rights) co_return answer.error();
      continue;
    }
    before.add(answer->before, false);
    after.add(answer->after, false);
    if (!reply) reply = std::move(*answer);
  }
  if (!reply) co_return error_of(answers);
  const bool sets_times = (set.valid & (set_attribute::accessed | set_attribute::modified)) != 0;
  reply->before = before.settled(volume_.memory);
  // Times that are set may go back.
  if (sets_times) volume_.memory.learn_times(directory->gfid, after.get());
  reply->after = volume_.memory.of_directory(after.get());
  co_return std::move(*reply);
}

// An entry is durable only where it was made, so each must say so. What was away when the directory was opened has got
// nothing through this descriptor.
Task<fop::Acknowledged> DirectoryAttributes::on_directory(const Call& call, const fop::Fsyncdir& sync,
                                                          DirectoryPointer directory) {
  const std::shared_ptr<OpenObject> open = descriptors_.object(sync.fd);
  std::vector<Place> places;
  for (Place place = 0; place < volume_.children().size(); ++place) {
    const bool matters = open ? static_cast<bool>(open->fds[place].open) : directory->layout[place].err == 0;
    if (volume_.is_up(place) || matters) places.push_back(place);
  }
  AnswersOf<fop::Fsyncdir> answers = co_await tried(descriptors_.at_each(call, sync, places));
  std::optional<fop::Acknowledged> reply;
  for (Result<fop::Acknowledged>& answer : answers) {
    if (!answer && !is_missing(answer.error())) co_return answer.error();
    if (answer && !reply) reply = std::move(*answer);
  }
  if (!reply) co_return error_of(answers);
  co_return std::move(*reply);
}

}  // namespace mortar::distribute
