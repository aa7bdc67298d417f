// Each copy is made with its range of the layout; the first, where the name hashes to, gets its range beside the
// others, since its mkdir carries what we believe of the parent's.
//
//   3 trips: locks, mkdir, mkdirs; unlock beside the answer
//
// Whoever looks in between finds copies missing, waits for the lock of the name to heal them and sees that all is well.
// A client of stock that comes between the last copy and the range of the first deals out the same ranges once more. A
// maker that dies leaves what the next lookup heals.
#include "translators/distribute/mkdir.h"

#include "base/join.h"
#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/layout_check.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

namespace {

// The layout as far as it is about one subvolume.
Layout only(const Layout& layout, Place place) {
  Layout rest(layout.size());
  rest[place] = layout[place];
  return rest;
}

}  // namespace

struct DirectoryMaker::NewDirectory {
  Gfid gfid;
  DirectoryPointer parent;
  Place hashed = 0;
  std::optional<std::string> path;
  Layout layout;
  fop::Made reply;  // of the first
  std::vector<Place> made_at;
  bool conflicts = false;     // another directory has the name on some subvolume
  bool lacks_ranges = false;  // a copy has not got its part of the layout
  DirectoryPointer directory{};
};

Task<fop::Made> DirectoryMaker::mkdir(const Call& call, const fop::Mkdir& mkdir) {
  const std::optional<Gfid> gfid = mkdir.xdata.gfid("gfid-req");
  if (!gfid) co_return failed(EPERM);
  co_await usage_.refresh(call);
  for (bool again = false;; again = true) {
    const NamePlace at = co_await tried(finder_.place_of_name(call, mkdir.parent, mkdir.name));
    NewDirectory made{.gfid = *gfid,
                      .parent = at.parent,
                      .hashed = at.hashed,
                      .path = volume_.memory.path_of(*at.parent, mkdir.name)};
    auto locks = std::make_unique<RenameLocks>(call, volume_.lock_owners, volume_.children());
    locks->add_name(at.hashed, {mkdir.parent, mkdir.name});
    const Result<Done> outcome = co_await mkdir_locked(call, mkdir, made, *locks);
    release_later(volume_.background, std::move(locks));
    if (outcome) {
      if (made.lacks_ranges) {
        co_await layouts_.heal_layout(as_root(call), made.directory, true);
      }
      made.reply.iatt = volume_.memory.of_directory(made.reply.iatt);
      volume_.memory.settle_parents(made.reply);
      co_return std::move(made.reply);
    }
    if (made.conflicts) {
      // So that who is told that it is there finds it.
      const fop::Lookup lookup = volume_.keys.added_to({.parent = mkdir.parent, .name = mkdir.name});
      co_await finder_.look_up_directory(as_root(call), lookup);
    }
    if (outcome.error().number() == EEXIST && !made.conflicts && !again) {
      const bool is_free = co_await tried(finder_.is_free_after_all(call, mkdir.parent, mkdir.name));
      if (is_free) continue;
    }
    if (!says_layout_changed(outcome.error()) || again) co_return outcome.error();
    log::info(volume_.name(), "the layout of {} has changed, it is read again", mkdir.parent.text());
    const StoredRange believed = at.parent->layout.stored(at.hashed);
    co_await tried(finder_.find_again(call, mkdir.parent));
    const NamePlace now = co_await tried(finder_.place_of_name(call, mkdir.parent, mkdir.name));
    const bool unchanged = now.hashed == at.hashed && now.parent->layout.stored(now.hashed) == believed;
    if (unchanged) co_return failed(EIO);
  }
}

Task<> DirectoryMaker::mkdir_locked(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made, RenameLocks& locks) {
  co_await tried(locks.take());
  fop::Mkdir first = mkdir;
  ask_to_check_layout(volume_, first.xdata, *made.parent, made.hashed);
  first.xdata.set_bytes(volume_.keys.leader, no_changes);
  made.reply = co_await tried(volume_.subvolume(made.hashed).perform(call, first));
  made.made_at.push_back(made.hashed);
  made.layout = layouts_.layout_for_new(made.gfid, made.path);
  co_await tried(spread(call, mkdir, made));

  made.directory = std::make_shared<Directory>();
  made.directory->gfid = made.gfid;
  made.directory->parent = mkdir.parent;
  made.directory->name = mkdir.name;
  made.directory->layout = made.layout;
  made.directory->leader = made.hashed;
  volume_.memory.places.erase(made.gfid);
  volume_.memory.directories.put(made.gfid, made.directory);
  volume_.memory.names.put({mkdir.parent, mkdir.name}, made.gfid);
  co_return done;
}

Task<> DirectoryMaker::spread(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made) {
  const Call root = as_root(call);
  const Layout range_of_first = only(made.layout, made.hashed);
  std::vector<Place> places;
  std::vector<Task<>> steps;
  for (Place place = 0; place < volume_.children().size(); ++place) {
    if (made.layout[place].err != 0) continue;
    places.push_back(place);
    steps.push_back(place == made.hashed ? layouts_.write_layout(root, made.gfid, range_of_first)
                                         : spread_to(call, mkdir, made, place));
  }
  const std::vector<Result<Done>> results = co_await tried(all(std::move(steps)));
  if (made.conflicts) {
    co_await take_back(root, mkdir, std::move(made.made_at));
    co_return failed(EEXIST);
  }
  for (std::size_t index = 0; index < results.size(); ++index) {
    if (results[index]) continue;
    const Error& error = results[index].error();
    Range& range = made.layout[places[index]];
    made.lacks_ranges = made.lacks_ranges || range.takes_part();
    if (places[index] == made.hashed) continue;
    log::warning(volume_.name(), "the directory {} is not made on {}: {}", mkdir.name,
                 volume_.subvolume(places[index]).name(), error.sentence());
    range = Range{.err = error.number() == ENOENT ? ESTALE : error.number()};
  }
  co_return done;
}

Task<> DirectoryMaker::spread_to(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made, Place place) {
  fop::Mkdir copy = mkdir;
  copy.xdata.set_bytes(volume_.keys.layout, made.layout.stored(place));
  const Result<fop::Made> reply = co_await volume_.subvolume(place).perform(call, copy);
  if (reply) {
    made.made_at.push_back(place);
    volume_.memory.of_directory(reply->parent_after);
    co_return done;
  }
  if (reply.error().number() != EEXIST) co_return reply.error();
  // A healer who saw the first copy may have been quicker.
  const fop::Lookup lookup{.parent = mkdir.parent, .name = mkdir.name};
  const fop::Lookup::Reply found = co_await tried(volume_.subvolume(place).perform(as_root(call), lookup));
  made.lacks_ranges = true;
  if (found.iatt.gfid == made.gfid) co_return done;
  log::error(volume_.name(), "{} in {} was there on {} alone, as {}", mkdir.name, mkdir.parent.text(),
             volume_.subvolume(place).name(), found.iatt.gfid.text());
  made.conflicts = true;
  co_return failed(EEXIST);
}

// Under the lock of the name nobody else has used them.
Task<> DirectoryMaker::take_back(const Call& call, const fop::Mkdir& mkdir, std::vector<Place> places) {
  std::vector<Translator*> there;
  for (Place place : places) there.push_back(&volume_.subvolume(place));
  const fop::Rmdir rmdir{.parent = mkdir.parent, .name = mkdir.name};
  const AnswersOf<fop::Rmdir> answers = co_await tried(on_each(there, call, rmdir));
  for (std::size_t index = 0; index < answers.size(); ++index) {
    if (answers[index]) continue;
    log::error(volume_.name(), "{} in {} is not taken back on {}: {}", mkdir.name, mkdir.parent.text(),
               there[index]->name(), answers[index].error().sentence());
  }
  co_return done;
}

}  // namespace mortar::distribute
