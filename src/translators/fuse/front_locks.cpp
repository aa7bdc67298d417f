// Locks of programs: POSIX (fcntl) and whole-file (flock), which are the same operation with other owners.
#include <fmt/format.h>

#include "base/log.h"
#include "translators/fuse/front.h"

namespace mortar::fuse {
namespace {

constexpr std::uint32_t get = 0, set = 1, set_and_wait = 2;

fop::Lk make_lk(const Handle& handle, std::uint32_t command, Flock flock) {
  return {.gfid = handle.inode->gfid, .fd = handle.fd, .command = command, .type = flock.type, .flock = flock};
}

}  // namespace

Task<> Front::getlk(Request& request, HandlePointer handle, struct flock lock, std::uint64_t owner) {
  Call call = call_of(request);
  call.lock_owner = to_lock_owner(owner);
  const fop::Lk lk = make_lk(*handle, get, to_flock(lock, call.lock_owner));
  const fop::Lk::Reply reply = co_await tried(handle->graph->perform(call, lk));
  request.lock(to_system(reply.flock));
  co_return done;
}

Task<> Front::setlk(Request& request, HandlePointer handle, struct flock lock, std::uint64_t owner, bool wait,
                    bool posix) {
  Call call = call_of(request);
  call.lock_owner = to_lock_owner(owner);
  const fop::Lk lk = make_lk(*handle, wait ? set_and_wait : set, to_flock(lock, call.lock_owner));
  if (lk.type != Flock::unlock && posix) ++handle->inode->lock_owners[call.lock_owner];
  if (!wait || lk.type == Flock::unlock) {
    co_await tried(handle->graph->perform(call, lk));
    request.succeed();
    co_return done;
  }
  Completion<fop::Lk::Reply> granted;
  std::function<void()> interrupt = [&granted] { granted.complete(failed(EINTR)); };
  request.on_interrupt(interrupt);
  if (granted.completed()) co_return Error(EINTR);
  background_.start(take_lock(call, handle, lk, granted));
  const Result<fop::Lk::Reply> reply = co_await granted.wait();
  if (!reply) {
    // Answered first: then nobody calls `interrupt` any more.
    request.fail(reply.error().number());
    if (reply.error().number() == EINTR) background_.start(withdraw_lock(call, handle, lk.flock));
    co_return done;
  }
  request.succeed();
  co_return done;
}

// Goes on when the caller was interrupted: a lock that is granted later is given back.
Task<> Front::take_lock(Call call, HandlePointer handle, fop::Lk lock, Completion<fop::Lk::Reply> granted) {
  const GraphPointer graph = handle->graph;
  const auto requests_of_owner = [](const Handle& of, const LockOwner& owner) {
    auto found = of.inode->lock_owners.find(owner);
    return found == of.inode->lock_owners.end() ? 0 : found->second;
  };
  const std::uint64_t requests = requests_of_owner(*handle, call.lock_owner);
  Result<fop::Lk::Reply> reply = co_await graph->perform(call, lock);
  const bool wanted = !granted.completed();
  const bool taken = reply.has_value();
  granted.complete(std::move(reply));
  if (wanted || !taken) co_return done;
  // Unless the owner has asked again meanwhile: the lock is part of what it has now, or goes when it closes the file.
  if (requests_of_owner(*handle, call.lock_owner) != requests) co_return done;
  lock.command = set;
  lock.type = lock.flock.type = Flock::unlock;
  const Result<fop::Lk::Reply> given_back = co_await graph->perform(call, lock);
  if (!given_back) {
    log::warning("mount", "an interrupted lock on {} is not given back: {}", handle->inode->gfid.text(),
                 given_back.error().sentence());
  }
  co_return done;
}

// Asks the brick to end the waiting request. Bricks that cannot grant it some day, and take_lock gives it back.
Task<> Front::withdraw_lock(Call call, HandlePointer handle, Flock flock) {
  const fop::Fgetxattr withdraw{
      .gfid = handle->inode->gfid,
      .fd = handle->fd,
      .name_given = 1,
      .name = fmt::format("glusterfs.intrlk.tposix.kblocked.{},{}-{}", flock.whence, flock.start, flock.length)};
  const Result<fop::Values> withdrawn = co_await handle->graph->perform(call, withdraw);
  if (!withdrawn) log::debug("mount", "a waiting lock is not withdrawn: {}", withdrawn.error().sentence());
  co_return done;
}

}  // namespace mortar::fuse
