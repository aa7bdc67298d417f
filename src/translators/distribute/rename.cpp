#include "translators/distribute/rename.h"

#include <fmt/format.h>

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/layout_check.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

namespace {

// Each one fails only because another client was faster, or after memory was wrong.
constexpr int most_attempts = 8;
constexpr std::uint32_t sticky = 01000;

}  // namespace

Renaming::Renaming(Volume& volume, LinkFiles& link_files, Finder& finder, CopyHealer& copy_healer, Emptiness& emptiness,
                   const Call& call, const fop::Rename& rename)
    : volume_(volume),
      link_files_(link_files),
      finder_(finder),
      copy_healer_(copy_healer),
      emptiness_(emptiness),
      call_(call),
      rename_(rename),
      root_(as_root(call)) {
  root_.stamps = call.stamps;
  from_.name = {rename.old_parent, rename.old_name};
  to_.name = {rename.new_parent, rename.new_name};
}

Task<fop::Rename::Reply> Renaming::run() {
  co_await tried(find_parent(from_));
  co_await tried(find_parent(to_));
  recall(from_);
  recall(to_);
  if (from_.thing.gfid.is_null()) {
    co_await tried(look_unlocked());
  }
  for (int attempts = 0; attempts < most_attempts; ++attempts) {
    if (from_.thing.gfid.is_null()) co_return failed(ENOENT);
    auto locks = std::make_unique<RenameLocks>(call_, volume_.lock_owners, volume_.children());
    tries_again_ = false;
    Result<std::optional<fop::Rename::Reply>> outcome = co_await attempt(*locks);
    release_later(volume_.background, std::move(locks));
    if (std::exchange(heals_, false)) {
      const fop::Lookup lookup = lookup_of(from_);
      co_await tried(finder_.look_up_everywhere(call_, lookup, from_.hashed));
    }
    // Who puts a layout in order waits for our locks.
    if (std::exchange(layout_changed_, false)) {
      co_await tried(look_unlocked());
    }
    if (outcome && *outcome) {
      remember();
      volume_.memory.settle_parents(**outcome);
      co_return std::move(**outcome);
    }
    if (!outcome && !tries_again_) {
      volume_.memory.names.erase(from_.name);
      volume_.memory.names.erase(to_.name);
      co_return outcome.error();
    }
  }
  co_return failed(ESTALE);
}

Task<std::optional<fop::Rename::Reply>> Renaming::attempt(RenameLocks& locks) {
  const Thing locked_from = from_.thing;
  const Thing locked_to = to_.thing;
  Result<bool> taken = co_await take(locks);
  if (!taken && is_missing(taken.error())) {
    // The file is not where it was remembered.
    co_await tried(look_unlocked());
    co_return std::nullopt;
  }
  if (!taken) co_return taken.error();
  if (!*taken) {
    waits_for_locks_ = true;
    co_return std::nullopt;
  }
  const Result<Done> looked = co_await look();
  if (!looked && says_layout_changed(looked.error())) {
    layout_changed_ = true;
    co_return std::nullopt;
  }
  if (!looked) co_return looked.error();
  const bool is_locked = from_.thing == locked_from && (!to_.thing.place || to_.thing == locked_to);
  if (!is_locked) co_return std::nullopt;

  if (from_.name == to_.name) co_return nothing_to_do();
  if (!may_take_away(from_) || !may_take_away(to_)) co_return failed(EACCES);
  Result<fop::Rename::Reply> reply = failed(0);
  if (from_.thing.is_directory) {
    reply = co_await rename_directory();
  } else {
    reply = co_await rename_file();
  }
  if (!reply) co_return reply.error();
  co_return std::move(*reply);
}

Task<bool> Renaming::take(RenameLocks& locks) {
  if (from_.thing.place) {
    locks.add_file(*from_.thing.place, from_.thing.gfid, true);
    if (to_.thing.place) locks.add_file(*to_.thing.place, to_.thing.gfid, false);
  }
  if (from_.thing.is_directory && !is_same_parent()) locks.add_moves_of_directories();
  locks.add_name(from_.hashed, from_.name);
  locks.add_name(to_.hashed, to_.name);
  bool taken = true;
  if (waits_for_locks_) {
    co_await tried(locks.take_in_order());
  } else {
    taken = co_await tried(locks.take_at_once());
  }
  co_return taken;
}

bool Renaming::may_take_away(const Side& side) const {
  if (is_exempt() || side.thing.gfid.is_null() || (side.parent_iatt.mode & sticky) == 0) return true;
  return call_.uid == side.parent_iatt.uid || call_.uid == side.iatt.uid;
}

fop::Rename::Reply Renaming::nothing_to_do() const {
  fop::Rename::Reply reply;
  reply.iatt = from_.iatt;
  reply.old_parent_before = reply.old_parent_after = from_.parent_iatt;
  reply.new_parent_before = reply.new_parent_after = to_.parent_iatt;
  return reply;
}

Error Renaming::half_done(const Error& error) const {
  const bool is_of_a_disk = error.number() == ENOSPC || error.number() == EDQUOT || error.number() == EIO;
  if (is_of_a_disk || is_away(error)) return error;
  return Error(ENOTCONN, fmt::format("the rename of {} in {} is half done: {}", rename_.old_name,
                                     rename_.old_parent.text(), error.sentence()));
}

void Renaming::remember() {
  DistributeMemory& memory = volume_.memory;
  const Thing& thing = from_.thing;
  // Two names of one file both stay.
  const bool moved = thing.gfid != to_.thing.gfid;
  if (moved) memory.names.erase(from_.name);
  memory.names.put(to_.name, thing.gfid);
  if (thing.place) {
    memory.places.put(thing.gfid, *thing.place);
    return;
  }
  if (!to_.thing.gfid.is_null() && moved) memory.directories.erase(to_.thing.gfid);
  if (const DirectoryPointer* directory = memory.directories.find(thing.gfid)) {
    (*directory)->parent = to_.name.directory;
    (*directory)->name = to_.name.name;
  }
}

}  // namespace mortar::distribute
