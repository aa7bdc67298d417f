// Directories that are not alike on all subvolumes: somebody died while making, removing or changing one, a subvolume
// was away or is new. Every lookup of a directory compares its copies.
//
// What is out of order is looked at again under the lock under which directories are made and removed, so that nobody's
// work in hand is taken for damage; it is put in order only while every subvolume is there.
//
//   copies   heal_copies.h   6 trips: two locks, lookup, mkdir, owner, times; one more to settle the leader's count
//   layout   layouts.h       a trip for the lock of each subvolume, lookup, write
#include "base/log.h"
#include "translators/cluster/ancestry.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/ailments.h"
#include "translators/distribute/copies.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

Task<DirectoryPointer> Finder::learn_directory(const Call& call, const fop::Lookup& lookup,
                                               const AnswersOf<fop::Lookup>& answers) {
  if (std::optional<std::string> sentence = contradiction(volume_, lookup, answers)) {
    co_await tried(refuse_contradiction(call, lookup, std::move(*sentence)));
  }
  DirectoryPointer directory = co_await tried(unite(volume_, lookup, answers));
  const Ailments ailments = find_ailments(*directory, answers, volume_.keys.leader);
  if (ailments.any() && !ailments.unclear && volume_.all_up() && !volume_.refused_heals.has(directory->gfid)) {
    co_await tried(heal_directory(call, lookup, directory));
  }
  volume_.memory.directories.put(directory->gfid, directory);
  if (is_named(lookup)) volume_.memory.names.put({lookup.parent, lookup.name}, directory->gfid);
  co_return directory;
}

Task<> Finder::refuse_contradiction(const Call& call, const fop::Lookup& lookup, std::string sentence) {
  const Call root = as_root(call);
  const std::optional<Place> hashed = co_await tried(hashed_place_of(root, lookup));
  LockSet locks(call, volume_.lock_owners);
  if (hashed) {
    const Result<Done> guarded =
        co_await lock_directory_name(locks, volume_.subvolume(*hashed), lookup.parent, lookup.name);
    // It may be somebody's rename half way.
    if (!guarded) {
      co_await locks.release();
      co_return guarded.error();
    }
    const fop::Lookup again{.parent = lookup.parent, .name = lookup.name};
    const AnswersOf<fop::Lookup> answers = co_await tried(on_each(volume_.children(), root, again));
    std::optional<std::string> still = contradiction(volume_, again, answers);
    sentence = still ? std::move(*still) : std::string();
  }
  co_await locks.release();
  // Somebody was just putting another directory in its place.
  if (sentence.empty()) co_return failed(ESTALE);
  log::error(volume_.name(), "{}", sentence);
  co_return failed(EIO, std::move(sentence));
}

Task<> Finder::heal_directory(const Call& call, const fop::Lookup& lookup, DirectoryPointer directory) {
  const Call root = as_root(call);
  if (directory->gfid.is_root()) {
    co_await copy_healer_.heal_root(root, directory);
  } else if (is_named(lookup)) {
    const std::optional<Place> hashed = co_await tried(hashed_place_of(root, lookup));
    if (hashed) {
      co_await tried(copy_healer_.heal_copies(root, lookup, *hashed, directory));
    }
  } else {
    // Its name decides who holds the locks and how its layout begins.
    const Result<DirectoryPointer> found = co_await look_up_path(root, directory);
    if (found) {
      *directory = **found;
    } else {
      log::debug(volume_.name(), "the path of {} is not found: {}", directory->gfid.text(), found.error().sentence());
    }
    co_return done;
  }
  if (directory->layout.anomalies().wrong_ranges()) {
    co_await layouts_.heal_layout(root, directory);
  }
  co_return done;
}

Task<std::optional<Place>> Finder::hashed_place_of(const Call& call, const fop::Lookup& lookup) {
  const Result<DirectoryPointer> parent = co_await find_directory(call, lookup.parent);
  co_return parent ? volume_.hashed_place(**parent, lookup.name) : std::nullopt;
}

// Each directory on the way to it, from the one that is known by name: they heal as they are looked up.
Task<DirectoryPointer> Finder::look_up_path(const Call& call, DirectoryPointer directory) {
  std::vector<std::string> names{directory->name};
  Gfid parent = directory->parent;
  if (directory->name.empty()) {
    Translator& holder = volume_.subvolume(volume_.speaker(*directory));
    names = co_await tried(ancestry(holder, call, directory->gfid));
    parent = root_gfid;
  }
  for (const std::string& entry : names) {
    const fop::Lookup step = volume_.keys.added_to({.parent = parent, .name = entry});
    const fop::Lookup::Reply reply = co_await tried(look_up_directory(call, step));
    parent = reply.iatt.gfid;
  }
  const DirectoryPointer* found = volume_.memory.directories.find(directory->gfid);
  if (parent != directory->gfid || found == nullptr) co_return failed(ESTALE);
  co_return *found;
}

}  // namespace mortar::distribute
