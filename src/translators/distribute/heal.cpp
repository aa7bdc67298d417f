// Directories that are not alike on all subvolumes: somebody died while making, removing or changing one, a subvolume
// was away or is new. Every lookup of a directory compares its copies.
//
// What is out of order is looked at again under the lock under which directories are made and removed, so that nobody's
// work in hand is taken for damage; it is put in order only while every subvolume is there.
//
//   copies   heal_copies.h   6 trips: two locks, lookup, mkdir, owner, times; one more to settle the leader's count
//   layout   layouts.h       a trip for the lock of each subvolume, lookup, write
#include <algorithm>

#include "base/log.h"
#include "translators/cluster/ancestry.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/ailments.h"
#include "translators/distribute/copies.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/merge.h"
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
  const fop::Lookup again{.parent = lookup.parent, .name = lookup.name};
  AnswersOf<fop::Lookup> answers;
  if (hashed) {
    const Result<Done> guarded =
        co_await lock_directory_name(locks, volume_.subvolume(*hashed), lookup.parent, lookup.name);
    // It may be somebody's rename half way.
    if (!guarded) {
      co_await locks.release();
      co_return guarded.error();
    }
    answers = co_await tried(on_each(volume_.children(), root, again));
    sentence = contradiction(volume_, again, answers).value_or("");
  }
  co_await locks.release();
  if (!sentence.empty() && hashed && volume_.all_up()) {
    const Result<Done> taken_back = co_await take_back_renames(root, {lookup.parent, lookup.name}, answers);
    if (!taken_back) log::warning(volume_.name(), "{}: {}", lookup.name, taken_back.error().sentence());
    answers = co_await tried(on_each(volume_.children(), root, again));
    sentence = contradiction(volume_, again, answers).value_or("");
  }
  // Somebody was just putting another directory in its place, or died over it.
  if (sentence.empty()) co_return failed(ESTALE);
  log::error(volume_.name(), "{}", sentence);
  co_return failed(EIO, std::move(sentence));
}

// Of a rename over an empty directory that came to its end on some subvolumes only: on the others the directory has its
// old name still, under which few look for it. It gets that everywhere, and then the empty one is made whole.
Task<> Finder::take_back_renames(const Call& call, NameIn name, const AnswersOf<fop::Lookup>& answers) {
  struct Entry {
    std::unordered_set<NameIn, NameIn::Hash>& names;
    const NameIn& name;
    bool is_first = names.insert(name).second;
    ~Entry() {
      if (is_first) names.erase(name);
    }
  };
  const Entry entry{taking_back_, name};
  // What comes back to itself is no such rename.
  if (!entry.is_first) co_return done;
  std::vector<NameIn> old_names;
  for (Place place = 0; place < answers.size(); ++place) {
    if (!answers[place] || !answers[place]->iatt.is_directory()) continue;
    for (const Result<fop::Lookup::Reply>& other : answers) {
      const bool is_another =
          other && other->iatt.is_directory() && other->iatt.gfid != answers[place]->iatt.gfid;
      if (!is_another) continue;
      const std::optional<NameIn> old_name = co_await tried(copy_healer_.name_at(call, other->iatt.gfid, place));
      const bool is_known = old_name && std::ranges::find(old_names, *old_name) != old_names.end();
      if (old_name && !is_known) old_names.push_back(*old_name);
    }
  }
  for (const NameIn& old_name : old_names) {
    co_await heal_if_there(call, old_name);
  }
  co_return done;
}

Task<> Finder::heal_directory(const Call& call, const fop::Lookup& lookup, DirectoryPointer directory) {
  const Call root = as_root(call);
  if (directory->gfid.is_root()) {
    co_await copy_healer_.heal_root(root, directory);
  } else if (is_named(lookup)) {
    const std::optional<Place> hashed = co_await tried(hashed_place_of(root, lookup));
    if (hashed) {
      const std::vector<NameIn> left = co_await tried(copy_healer_.heal_copies(root, lookup, *hashed, directory));
      // Of a rename over an empty directory: where that was overwritten it lacks a copy.
      for (const NameIn& name : left) {
        co_await heal_if_there(root, name);
      }
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

Task<> Finder::heal_if_there(const Call& call, NameIn name) {
  const fop::Lookup lookup = volume_.keys.added_to({.parent = name.directory, .name = name.name});
  const Result<fop::Lookup::Reply> found = co_await look_up_directory(call, lookup);
  if (!found && !is_missing(found.error())) {
    log::warning(volume_.name(), "{} in {} may not be whole after a rename that did not come to its end: {}", name.name,
                 name.directory.text(), found.error().sentence());
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
