// 1 trip; where the hashed subvolume is full, 4 more (lock, link file, its owner, unlock beside the answer)
#include "translators/distribute/making.h"

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/layout_check.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

namespace {

// Of link files, which belong to whom the file does or to root, and have no permissions.
bool may_hide_link_file(const Error& error) { return error.number() == EACCES || error.number() == EEXIST; }

}  // namespace

template <class Operation>
Task<typename Operation::Reply> FileMaker::make_file(const Call& call, const Operation& operation, Place& place) {
  Result<typename Operation::Reply> reply = co_await make_file_once(call, operation, place);
  if (!reply && says_layout_changed(reply.error())) {
    // Where the name belonged before, somebody else may have made it.
    co_await tried(finder_.find_directory_again(call, operation.parent));
    reply = failed(EEXIST);
  }
  if (!reply && reply.error().number() == EEXIST) {
    const bool is_free = co_await tried(finder_.is_free_after_all(call, operation.parent, operation.name));
    if (is_free) {
      reply = co_await make_file_once(call, operation, place);
    }
  }
  if (!reply) co_return reply.error();
  volume_.memory.settle_parents(*reply);
  co_return std::move(*reply);
}

template <class Operation>
Task<typename Operation::Reply> FileMaker::make_file_once(const Call& call, const Operation& operation, Place& place) {
  const NamePlace at = co_await tried(finder_.place_of_name(call, operation.parent, operation.name));
  const bool is_taken = co_await tried(finder_.stands_elsewhere(call, at.parent, operation.name));
  if (is_taken) co_return failed(EEXIST);
  place = co_await tried(usage_.place_for_new_file(call, at.parent, at.hashed));
  Result<typename Operation::Reply> reply = failed(EIO);
  if (place == at.hashed) {
    Operation checked = operation;
    ask_to_check_layout(volume_, checked.xdata, *at.parent, place);
    reply = co_await volume_.subvolume(place).perform(call, checked);
  } else {
    LockSet locks(call, volume_.lock_owners);
    reply = co_await lock_and_make_elsewhere(call, operation, at, place, locks);
    co_await locks.release();
  }
  co_return std::move(reply);
}

// The link file first: whoever looks for the name from then on is led to the place, where there is nothing yet. A maker
// that dies in between leaves a link file that leads nowhere, which the next lookup removes.
template <class Operation>
Task<typename Operation::Reply> FileMaker::lock_and_make_elsewhere(const Call& call, const Operation& operation,
                                                                   NamePlace at, Place place, LockSet& locks) {
  const Place hashed = at.hashed;
  const std::optional<Gfid> gfid = operation.xdata.gfid("gfid-req");
  if (!gfid) co_return failed(EINVAL);
  co_await tried(lock_name(locks, volume_.subvolume(hashed), operation.parent, operation.name));
  Iatt file;
  file.gfid = *gfid;
  file.uid = call.uid;
  file.gid = call.gid;
  co_await tried(link_files_.make(call, operation.parent, operation.name, file, hashed, place, false, at.parent.get()));
  Result<typename Operation::Reply> reply = co_await volume_.subvolume(place).perform(call, operation);
  if (!reply) {
    co_await link_files_.remove(call, operation.parent, operation.name, hashed);
  }
  co_return std::move(reply);
}

Task<fop::Create::Reply> FileMaker::create(const Call& call, const fop::Create& create) {
  Place place = 0;
  Result<fop::Create::Reply> made = co_await make_file(call, create, place);
  const bool may_exist = (create.flags & open_flag::exclusive) == 0;
  const bool is_doubtful = made ? looks_moved(made->iatt) : may_hide_link_file(made.error());
  if (may_exist && is_doubtful) {
    made = co_await open_behind_link_file(call, create, std::move(made), place);
  }
  if (!made) co_return made.error();
  fop::Create::Reply reply = std::move(*made);
  volume_.memory.remember_file(reply.iatt, place, create.parent, create.name);
  reply.fd = descriptors_.give_out_file(reply.iatt.gfid, create.flags, place, std::move(reply.fd));
  co_return std::move(reply);
}

// The file is there already, and what the subvolume where its name hashes to has opened, or refused to open, may be a
// link file. What it leads to is opened then; one that leads nowhere is removed by the lookup, and the file is made.
Task<fop::Create::Reply> FileMaker::open_behind_link_file(const Call& call, const fop::Create& create,
                                                          Result<fop::Create::Reply> made, Place& place) {
  const fop::Lookup lookup = volume_.keys.added_to({.parent = create.parent, .name = create.name});
  if (made) {
    const Result<fop::Lookup::Reply> itself = co_await volume_.subvolume(place).perform(as_root(call), lookup);
    if (itself && !volume_.is_link_file(*itself) && itself->iatt.gfid == made->iatt.gfid) co_return std::move(made);
    const fop::Release release{.gfid = made->iatt.gfid, .fd = made->fd};
    const Result<fop::Acknowledged> released = co_await volume_.subvolume(place).perform(call, release);
    if (!released) log::debug(volume_.name(), "a link file is not released: {}", released.error().sentence());
  }
  const Result<fop::Lookup::Reply> found = co_await finder_.look_up(call, lookup);
  if (found && found->iatt.is_directory()) co_return failed(EISDIR);
  if (found) {
    place = *volume_.memory.places.find(found->iatt.gfid);
    fop::Create::Reply reply = co_await tried(open_existing(call, create, *found, place));
    co_return std::move(reply);
  }
  if (!is_missing(found.error())) co_return found.error();
  made = co_await make_file(call, create, place);
  // Somebody is just moving it.
  if (made && looks_moved(made->iatt)) co_return failed(ESTALE);
  co_return std::move(made);
}

Task<fop::Create::Reply> FileMaker::open_existing(const Call& call, const fop::Create& create,
                                                  const fop::Lookup::Reply& found, Place place) {
  const fop::Open open{.gfid = found.iatt.gfid, .flags = create.flags & ~open_flag::create};
  Call opener = call;
  opener.stamps = fop::Open::stamps;
  fop::Opened opened = co_await tried(volume_.subvolume(place).perform(opener, open));
  fop::Create::Reply reply;
  reply.fd = std::move(opened.fd);
  reply.iatt = found.iatt;
  if ((open.flags & open_flag::truncate) != 0) reply.iatt.size = reply.iatt.blocks = 0;
  reply.parent_before = reply.parent_after = found.parent;
  co_return std::move(reply);
}

Task<fop::Made> FileMaker::mknod(const Call& call, const fop::Mknod& mknod) { return make_unopened(call, mknod); }

Task<fop::Made> FileMaker::symlink(const Call& call, const fop::Symlink& symlink) {
  return make_unopened(call, symlink);
}

template <class Operation>
Task<fop::Made> FileMaker::make_unopened(const Call& call, const Operation& operation) {
  Place place = 0;
  fop::Made made = co_await tried(make_file(call, operation, place));
  volume_.memory.remember_file(made.iatt, place, operation.parent, operation.name);
  co_return std::move(made);
}

}  // namespace mortar::distribute
