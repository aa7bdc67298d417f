// The steps of renaming a directory, under the locks of both names and after all its copies were looked at: it is on
// all subvolumes, so all have to be there.
//
//   round trips behind the locks (1) and the look (1)
//     2   all copies at once but the one where the old name hashes to; then that one, so that one of the names is there
//         at any time, and the old one as long as a subvolume may refuse
//     1 or more before that, where a directory is overwritten: whether it is empty on every subvolume
//
// What one subvolume refuses is undone on the others. A client that dies in between leaves the directory under both
// names, with some of its copies each. Whichever name is looked up first gets the copies of the other; where an empty
// directory was to be overwritten, and is left on some subvolumes, the old one does, and that one is made whole.
#include <algorithm>

#include "base/join.h"
#include "base/log.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/rename.h"

namespace mortar::distribute {

Task<fop::Rename::Reply> Renaming::rename_directory() {
  if (to_.thing.place) co_return failed(ENOTDIR);
  if (!volume_.all_up()) co_return failed(ENOTCONN);
  co_await tried(check_whole());
  co_await tried(make_way());
  std::vector<Place> first = volume_.all_places();
  std::erase(first, from_.hashed);
  std::vector<Place> renamed;
  fop::Rename::Reply reply;
  Result<Done> outcome = co_await rename_copies(std::move(first), renamed, reply);
  bool may_be_without_old_name = false;
  if (outcome) {
    outcome = co_await rename_copies({from_.hashed}, renamed, reply);
    may_be_without_old_name = !outcome && is_away(outcome.error());
  }
  if (outcome) {
    volume_.memory.learn_times(from_.thing.gfid, renamed_as_.get());
    reply.iatt = volume_.memory.of_directory(renamed_as_.get());
    co_return std::move(reply);
  }
  // Then the new name stays, else neither might lead to the directory. Where both do, the one that is looked up first
  // gets all copies.
  if (!renamed.empty() && !may_be_without_old_name) {
    log::warning(volume_.name(), "the directory {} in {} cannot be renamed on all subvolumes: {}", rename_.old_name,
                 rename_.old_parent.text(), outcome.error().sentence());
    co_await take_back_directory(std::move(renamed));
  }
  if (is_half_done_) co_return half_done(outcome.error());
  co_return outcome.error();
}

Task<> Renaming::rename_copies(std::vector<Place> places, std::vector<Place>& renamed, fop::Rename::Reply& reply) {
  std::vector<Task<fop::Rename::Reply>> tasks;
  for (Place place : places) tasks.push_back(volume_.subvolume(place).perform(call_, rename_));
  AnswersOf<fop::Rename> answers = co_await tried(all(std::move(tasks)));
  Result<Done> outcome = done;
  for (std::size_t index = 0; index < places.size(); ++index) {
    if (!answers[index]) {
      // Who is away may have done it.
      const bool is_unknown = !outcome && is_away(outcome.error());
      if (!is_unknown) outcome = std::unexpected(answers[index].error());
      continue;
    }
    renamed.push_back(places[index]);
    renamed_as_.add(answers[index]->iatt, places[index] == to_.hashed);
    volume_.memory.of_directory(answers[index]->old_parent_after);
    volume_.memory.of_directory(answers[index]->new_parent_after);
    if (places[index] == to_.hashed) reply = std::move(*answers[index]);
  }
  co_return outcome;
}

std::vector<Place> Renaming::copies_of(const Side& side) const {
  std::vector<Place> copies;
  for (Place place = 0; place < side.answers.size(); ++place) {
    if (side.answers[place] && side.answers[place]->iatt.is_directory()) copies.push_back(place);
  }
  return copies;
}

// The same directory on every subvolume, and nothing but copies of one other at the new name.
Result<Done> Renaming::check_whole() {
  if (to_.thing.gfid == from_.thing.gfid) {
    // Somebody's rename has come to no end: a lookup gets the copies of the other name. Where that does not help, both
    // are on one subvolume.
    if (!was_healed_) {
      was_healed_ = heals_ = tries_again_ = true;
    } else {
      log::error(volume_.name(), "{} in {} and {} in {} are one directory; keep one of them on each subvolume",
                 rename_.old_name, rename_.old_parent.text(), rename_.new_name, rename_.new_parent.text());
    }
    return failed(EIO);
  }
  for (const Result<fop::Lookup::Reply>& copy : to_.answers) {
    const bool is_stranger = copy && copy->iatt.is_directory() && copy->iatt.gfid != to_.thing.gfid;
    if (is_stranger) return failed(EIO);
    if (!copy && !is_missing(copy.error())) return std::unexpected(copy.error());
  }
  for (const Result<fop::Lookup::Reply>& copy : from_.answers) {
    if (!copy && is_missing(copy.error())) {
      // A lookup makes it; where that does not help, it is the end.
      if (!was_healed_) was_healed_ = heals_ = tries_again_ = true;
      return failed(EIO);
    }
    if (!copy) return std::unexpected(copy.error());
    if (copy->iatt.gfid != from_.thing.gfid || !copy->iatt.is_directory()) return failed(EIO);
  }
  return done;
}

// Renaming a directory over an empty one is one step on a subvolume; over a link file it is refused.
Task<> Renaming::make_way() {
  std::vector<Task<>> tasks;
  for (Place place = 0; place < to_.answers.size(); ++place) {
    const Result<fop::Lookup::Reply>& copy = to_.answers[place];
    if (!copy || copy->iatt.is_directory()) continue;
    tasks.push_back(link_files_.remove(call_, rename_.new_parent, rename_.new_name, place));
  }
  co_await all(std::move(tasks));
  tasks.clear();
  for (Place place : copies_of(to_)) tasks.push_back(emptiness_.require(root_, to_.thing.gfid, place));
  const std::vector<Result<Done>> empty = co_await tried(all(std::move(tasks)));
  co_return first_error(empty);
}

Task<> Renaming::take_back_directory(std::vector<Place> places) {
  const fop::Rename back{.old_parent = rename_.new_parent,
                         .new_parent = rename_.old_parent,
                         .old_name = rename_.new_name,
                         .new_name = rename_.old_name,
                         .xdata = {}};
  std::vector<Task<fop::Rename::Reply>> tasks;
  for (Place place : places) tasks.push_back(volume_.subvolume(place).perform(root_, back));
  const std::vector<Result<fop::Rename::Reply>> undone = co_await tried(all(std::move(tasks)));
  for (std::size_t index = 0; index < places.size(); ++index) {
    if (undone[index]) continue;
    is_half_done_ = true;
    log::error(volume_.name(), "the directory {} in {} has its new name on {} and cannot get back the old one: {}",
               rename_.new_name, rename_.new_parent.text(), volume_.subvolume(places[index]).name(),
               undone[index].error().sentence());
  }
  // The empty copies that were overwritten.
  std::vector<Place> gone = copies_of(to_);
  std::erase_if(gone, [&](Place place) { return std::ranges::find(places, place) == places.end(); });
  if (gone.empty()) co_return done;
  const fop::Lookup lookup = lookup_of(to_);
  const Result<Done> restored = co_await copy_healer_.restore_copies(root_, lookup, to_.answers, std::move(gone));
  if (!restored) {
    log::warning(volume_.name(), "{} in {} is not whole again after a rename over it failed: {}", rename_.new_name,
                 rename_.new_parent.text(), restored.error().sentence());
  }
  co_return done;
}

}  // namespace mortar::distribute
