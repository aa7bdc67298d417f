// Where the name hashes to another subvolume than that of the data, a link file is made there first; between the two,
// and after a death between the two, it leads nowhere and the next lookup removes it.
//
//   1 trip where the name hashes to the file's subvolume, else 3: lock, link file, link; beside the answer the link
//   file gets its owner and the lock is given back; a name that is taken costs a lookup more
#include "translators/distribute/link.h"

#include "translators/cluster/as_root.h"
#include "translators/distribute/layout_check.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

Task<fop::Made> Linker::link(const Call& call, const fop::Link& link) {
  const Where where = co_await tried(finder_.find(call, link.gfid));
  if (where.directory) co_return failed(EPERM);
  NamePlace to = co_await tried(finder_.place_of_name(call, link.new_parent, link.new_name));
  bool is_taken = co_await tried(finder_.stands_elsewhere(call, to.parent, link.new_name));
  if (is_taken) co_return failed(EEXIST);

  Place place = *where.place;
  Result<fop::Made> made = co_await link_at(call, link, to, place);
  if (!made && says_layout_changed(made.error())) {
    co_await tried(finder_.find_directory_again(call, link.new_parent));
    to = co_await tried(finder_.place_of_name(call, link.new_parent, link.new_name));
    is_taken = co_await tried(finder_.stands_elsewhere(call, to.parent, link.new_name));
    if (is_taken) co_return failed(EEXIST);
    made = co_await link_at(call, link, to, place);
  }
  if (!made && made.error().number() == EEXIST) {
    // What stands there may be a link file of somebody whose link or file comes to nothing.
    const bool is_free = co_await tried(finder_.is_free_after_all(call, link.new_parent, link.new_name));
    if (is_free) {
      made = co_await link_at(call, link, to, place);
    }
  }
  // The file may have been moved since: it is gone, or what was linked is the link file that it left.
  const bool moved = made ? looks_moved(made->iatt) : says_moved(made.error().number());
  if (moved) {
    const Result<Where> again = co_await finder_.find_again(call, link.gfid);
    if (again && again->place && *again->place != place) {
      if (made) {
        co_await link_files_.remove(call, link.new_parent, link.new_name, place);
        co_await link_files_.remove(call, link.new_parent, link.new_name, to.hashed);
      }
      place = *again->place;
      made = co_await link_again(call, link, to, place);
    }
  }
  if (!made) co_return made.error();
  if (looks_moving(made->iatt)) {
    co_await tried(link_at_target(call, link, to.hashed, place, *made));
  }
  volume_.memory.remember_file(made->iatt, place, link.new_parent, link.new_name);
  volume_.memory.settle_parents(*made);
  co_return std::move(*made);
}

Task<fop::Made> Linker::link_at(const Call& call, const fop::Link& link, NamePlace to, Place place) {
  if (to.hashed != place) {
    fop::Made made = co_await tried(lock_and_link(call, link, to, place));
    co_return std::move(made);
  }
  fop::Link checked = link;
  ask_to_check_layout(volume_, checked.xdata, *to.parent, place);
  fop::Made made = co_await tried(volume_.subvolume(place).perform(call, checked));
  co_return std::move(made);
}

Task<fop::Made> Linker::lock_and_link(const Call& call, const fop::Link& link, NamePlace to, Place place) {
  auto locks = std::make_unique<LockSet>(call, volume_.lock_owners);
  Result<fop::Made> made = failed(0);
  const Result<Done> locked = co_await lock_name(*locks, volume_.subvolume(to.hashed), link.new_parent, link.new_name);
  if (locked) {
    made = co_await link_elsewhere(call, link, to, place);
  } else {
    made = std::unexpected(locked.error());
  }
  release_later(volume_.background, std::move(locks));
  co_return std::move(made);
}

Task<fop::Made> Linker::link_elsewhere(const Call& call, const fop::Link& link, NamePlace to, Place place) {
  const Place hashed = to.hashed;
  // Root's until it is known who owns the file.
  Iatt file;
  file.gfid = link.gfid;
  co_await tried(link_files_.make(call, link.new_parent, link.new_name, file, hashed, place, false, to.parent.get()));
  fop::Link there = link;
  // A link file that has no business there, as the name hashes elsewhere.
  there.xdata.set_text("force-replace", "yes");
  Result<fop::Made> made = co_await volume_.subvolume(place).perform(call, there);
  if (made) {
    volume_.background.start(link_files_.give_owner(as_root(call), made->iatt, hashed));
    co_return std::move(made);
  }
  // Where the name is there after all, the link file leads to it.
  const fop::Lookup lookup{.parent = link.new_parent, .name = link.new_name};
  const Result<fop::Lookup::Reply> stands = co_await volume_.subvolume(place).perform(as_root(call), lookup);
  if (!stands && is_missing(stands.error())) {
    co_await link_files_.remove(call, link.new_parent, link.new_name, hashed);
  }
  co_return made.error();
}

// After it turned out that the file is elsewhere than it was believed.
Task<fop::Made> Linker::link_again(const Call& call, const fop::Link& link, NamePlace to, Place place) {
  const Place hashed = to.hashed;
  Result<fop::Made> made = co_await link_at(call, link, to, place);
  if (made || made.error().number() != EEXIST || hashed != place) co_return std::move(made);
  // What was meant to be a link file became a name of the file itself, as it was there.
  const fop::Lookup lookup = volume_.keys.added_to({.parent = link.new_parent, .name = link.new_name});
  const fop::Lookup::Reply stands = co_await tried(volume_.subvolume(hashed).perform(as_root(call), lookup));
  if (stands.iatt.gfid != link.gfid || volume_.is_link_file(stands)) co_return made.error();
  made.emplace();
  made->iatt = stands.iatt;
  made->parent_before = made->parent_after = stands.parent;
  co_return std::move(made);
}

// The file is on its way to another subvolume, which has it already: without the name there the move would lose it.
Task<> Linker::link_at_target(const Call& call, const fop::Link& link, Place hashed, Place place, fop::Made& made) {
  const std::optional<Place> target = co_await tried(link_files_.target_of_move(call, link.gfid, place));
  // Bits that are a user's own.
  if (!target || *target == place) co_return done;
  hide_move(made);
  // There the link file that was made is a name of the same object.
  if (*target == hashed) co_return done;
  fop::Link there = link;
  there.xdata.set_text("force-replace", "yes");
  co_await tried(volume_.subvolume(*target).perform(call, there));
  co_return done;
}

}  // namespace mortar::distribute
