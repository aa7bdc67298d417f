// Making a directory: first where its name hashes to, which decides whether there is one already, then on all other
// subvolumes at once. Each copy is made with its range of the layout; the first gets its range beside the others, since
// its mkdir carries what we believe of the parent's.
//
//   3 trips: locks, mkdir, mkdirs; unlock beside the answer
//
// Whoever looks in between finds copies missing, waits for the lock of the name to heal them and sees that all is well.
// A client of stock that comes between the last copy and the range of the first deals out the same ranges once more. A
// maker that dies leaves what the next lookup heals.
#include <algorithm>

#include "base/join.h"
#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/distribute.h"
#include "translators/distribute/rename_locks.h"

namespace mortar {

namespace {

constexpr std::array<std::byte, 4> no_changes{};

// The brick compared what we believe of the parent's layout with what it is, and made nothing.
bool says_layout_changed(const Error& error) {
  return error.extra() != nullptr && error.extra()->has("glusterfs.preop.check.failed");
}

// The layout as far as it is about one subvolume.
Layout only(const Layout& layout, Place place) {
  Layout rest(layout.size());
  rest[place] = layout[place];
  return rest;
}

template <class Locks>
Task<> release_all(std::unique_ptr<Locks> locks) {
  co_await locks->release();
  co_return done;
}

}  // namespace

struct Distribute::NewDirectory {
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

Task<fop::Made> Distribute::act(const Call& call, const fop::Mkdir& mkdir) {
  const std::optional<Gfid> gfid = mkdir.xdata.gfid("gfid-req");
  if (!gfid) co_return failed(EPERM);
  co_await refresh_usage(call);
  for (bool again = false;; again = true) {
    const NamePlace at = co_await tried(place_of_name(call, mkdir.parent, mkdir.name));
    NewDirectory made{.gfid = *gfid, .parent = at.parent, .hashed = at.hashed, .path = path_of(*at.parent, mkdir.name)};
    auto locks = std::make_unique<RenameLocks>(call, lock_owners_, children());
    locks->add_name(at.hashed, {mkdir.parent, mkdir.name});
    const Result<Done> outcome = co_await mkdir_locked(call, mkdir, made, *locks);
    release_later(std::move(locks));
    if (outcome) {
      if (made.lacks_ranges) {
        co_await heal_layout(as_root(call), made.directory, true);
      }
      made.reply.iatt = of_directory(made.reply.iatt);
      settle_parents(made.reply);
      co_return std::move(made.reply);
    }
    if (made.conflicts) {
      // So that who is told that it is there finds it.
      const fop::Lookup lookup = with_own_keys({.parent = mkdir.parent, .name = mkdir.name});
      co_await look_up_directory(as_root(call), lookup, std::nullopt);
    }
    if (outcome.error().number() == EEXIST && !made.conflicts && !again) {
      const bool is_free = co_await tried(is_free_after_all(call, mkdir.parent, mkdir.name));
      if (is_free) continue;
    }
    if (!says_layout_changed(outcome.error()) || again) co_return outcome.error();
    log::info(name(), "the layout of {} has changed, it is read again", mkdir.parent.text());
    const StoredRange believed = at.parent->layout.stored(at.hashed);
    co_await tried(find_again(call, mkdir.parent));
    const NamePlace now = co_await tried(place_of_name(call, mkdir.parent, mkdir.name));
    const bool unchanged = now.hashed == at.hashed && now.parent->layout.stored(now.hashed) == believed;
    if (unchanged) co_return failed(EIO);
  }
}

Task<> Distribute::mkdir_locked(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made, RenameLocks& locks) {
  co_await tried(take(locks));
  fop::Mkdir first = mkdir;
  first.xdata.set_text("glusterfs.preop.parent.key", layout_key());
  first.xdata.set_bytes(layout_key(), made.parent->layout.stored(made.hashed));
  first.xdata.set_bytes(leader_key(), no_changes);
  made.reply = co_await tried(subvolume(made.hashed).perform(call, first));
  made.made_at.push_back(made.hashed);
  made.layout = layout_for_new(made.gfid, made.path);
  co_await tried(spread(call, mkdir, made));

  made.directory = std::make_shared<Directory>();
  made.directory->gfid = made.gfid;
  made.directory->parent = mkdir.parent;
  made.directory->name = mkdir.name;
  made.directory->layout = made.layout;
  made.directory->leader = made.hashed;
  memory_.places.erase(made.gfid);
  memory_.directories.put(made.gfid, made.directory);
  memory_.names.put({mkdir.parent, mkdir.name}, made.gfid);
  co_return done;
}

Task<> Distribute::spread(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made) {
  const Call root = as_root(call);
  const Layout range_of_first = only(made.layout, made.hashed);
  std::vector<Place> places;
  std::vector<Task<>> steps;
  for (Place place = 0; place < children().size(); ++place) {
    if (made.layout[place].err != 0) continue;
    places.push_back(place);
    steps.push_back(place == made.hashed ? write_layout(root, made.gfid, range_of_first)
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
    log::warning(name(), "the directory {} is not made on {}: {}", mkdir.name, subvolume(places[index]).name(),
                 error.sentence());
    range = Range{.err = error.number() == ENOENT ? ESTALE : error.number()};
  }
  co_return done;
}

Task<> Distribute::spread_to(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made, Place place) {
  fop::Mkdir copy = mkdir;
  copy.xdata.set_bytes(layout_key(), made.layout.stored(place));
  const Result<fop::Made> reply = co_await subvolume(place).perform(call, copy);
  if (reply) {
    made.made_at.push_back(place);
    of_directory(reply->parent_after);
    co_return done;
  }
  if (reply.error().number() != EEXIST) co_return reply.error();
  // A healer who saw the first copy may have been quicker.
  const fop::Lookup lookup{.parent = mkdir.parent, .name = mkdir.name};
  const fop::Lookup::Reply found = co_await tried(subvolume(place).perform(as_root(call), lookup));
  made.lacks_ranges = true;
  if (found.iatt.gfid == made.gfid) co_return done;
  log::error(name(), "{} in {} was there on {} alone, as {}", mkdir.name, mkdir.parent.text(), subvolume(place).name(),
             found.iatt.gfid.text());
  made.conflicts = true;
  co_return failed(EEXIST);
}

// Under the lock of the name nobody else has used them.
Task<> Distribute::take_back(const Call& call, const fop::Mkdir& mkdir, std::vector<Place> places) {
  std::vector<Translator*> there;
  for (Place place : places) there.push_back(&subvolume(place));
  const fop::Rmdir rmdir{.parent = mkdir.parent, .name = mkdir.name};
  const AnswersOf<fop::Rmdir> answers = co_await tried(on_each(there, call, rmdir));
  for (std::size_t index = 0; index < answers.size(); ++index) {
    if (answers[index]) continue;
    log::error(name(), "{} in {} is not taken back on {}: {}", mkdir.name, mkdir.parent.text(), there[index]->name(),
               answers[index].error().sentence());
  }
  co_return done;
}

// A subvolume that is full or leaves the volume gets a copy without names; one that is away gets neither.
Layout Distribute::layout_for_new(const Gfid& gfid, const std::optional<std::string>& path) const {
  const FreeSpaceLimits limits{.disk = options_.min_free_disk, .inodes = options_.min_free_inodes};
  Layout present(children().size());
  for (Place place = 0; place < present.size(); ++place) {
    const bool full = place < usage_.size() && is_full(usage_[place], limits);
    present[place].err = !up_[place] ? ENOTCONN : full ? ENOSPC : 0;
  }
  Layout layout = new_layout(gfid, path, present, new_commit_hash());
  for (Place place = 0; place < layout.size(); ++place) {
    if (layout[place].err == 0 || !up_[place]) continue;
    layout[place] = Range{.commit_hash = new_commit_hash()};
  }
  return layout;
}

// Where clients trust layouts, a new directory is known to be in order for the volume as it is.
std::uint32_t Distribute::new_commit_hash() const {
  return options_.lookup_optimize ? commit_hash_ : invalid_commit_hash;
}

Task<> Distribute::take(RenameLocks& locks) {
  const bool taken = co_await tried(locks.take_at_once());
  if (taken) co_return done;
  co_await locks.release();
  co_await tried(locks.take_in_order());
  co_return done;
}

void Distribute::release_later(std::unique_ptr<RenameLocks> locks) { background_.start(release_all(std::move(locks))); }

void Distribute::release_later(std::unique_ptr<LockSet> locks) { background_.start(release_all(std::move(locks))); }

}  // namespace mortar
