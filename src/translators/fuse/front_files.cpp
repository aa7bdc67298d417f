// Operations on open files.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "translators/fuse/change_count.h"
#include "translators/fuse/front.h"
#include "translators/fuse/gone.h"
#include "translators/open_behind/plain_reading.h"

namespace mortar::fuse {
namespace {

// What one request of ours copies on the brick; the caller of copy_file_range(2) asks again for the rest.
constexpr std::size_t most_copied = 128 << 20;

// Of these requests the kernel does not say whether the caller may leave set-id bits. Others than root seldom may.
bool leaves_no_set_ids(const Call& call) { return call.uid != 0; }

}  // namespace

Task<> Front::open(Request& request, std::uint64_t number, std::uint32_t flags) {
  const InodePointer inode = co_await tried(known(number));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const fop::Open open{.gfid = inode->gfid, .flags = flags_to_open(flags)};
  const InodePointer directory = inodes_.find(inode->parent);
  const std::optional<LookAhead::Source> ahead = to_look_ahead(graph);
  if (ahead && directory && !inode->has_pages && is_for_plain_reading(open)) {
    co_await look_ahead_.prepare(call, *ahead, directory->gfid, {});
  }
  Result<fop::Opened> reply = co_await graph->perform(call, open);
  if (!reply) co_return stale_if_gone(reply.error());
  inode->has_pages = true;
  const HandlePointer handle = add_handle(inode, graph, std::move(reply->fd), open.flags, false);
  handle->past_the_cache = reply->xdata.number(fop::past_the_cache_key).value_or(0) != 0;
  if (!request.opened(file_info(*handle))) {
    drop_handle(*handle);
    release_later(call, graph, inode->gfid, handle->fd, false);
  }
  co_return done;
}

Task<> Front::read(Request& request, HandlePointer handle, std::size_t size, std::uint64_t offset,
                   std::uint64_t owner) {
  Call call = call_of(request);
  if (owner != 0) call.lock_owner = to_lock_owner(owner);
  const fop::Read read{.gfid = handle->inode->gfid,
                       .fd = handle->fd,
                       .offset = offset,
                       .size = static_cast<std::uint32_t>(size),
                       .flags = handle->flags};
  const fop::Read::Reply reply = co_await tried(handle->graph->perform(call, read));
  if (reply.data.bytes.size() > size) co_return Error(EIO);
  request.bytes(reply.data.bytes.bytes());
  if (offset != 0) co_return done;
  const InodePointer directory = inodes_.find(handle->inode->parent);
  const std::optional<LookAhead::Source> ahead = to_look_ahead(handle->graph);
  if (ahead && directory) look_ahead_.read(call, *ahead, directory->gfid);
  co_return done;
}

Task<> Front::write(Request& request, HandlePointer handle, Slice data, std::uint64_t offset, std::uint64_t owner,
                    bool clears_set_ids) {
  Call call = call_of(request);
  if (owner != 0) call.lock_owner = to_lock_owner(owner);
  const ChangeCount changing(changes_);
  if (may_be_privileged(*handle->inode, clears_set_ids)) {
    co_await tried(take_privileges(call, handle->inode, handle, clears_set_ids));
  }
  const fop::Write write{.gfid = handle->inode->gfid,
                         .fd = handle->fd,
                         .offset = offset,
                         .size = static_cast<std::uint32_t>(data.size()),
                         .flags = handle->flags,
                         .data = {data}};
  const fop::Changed reply = co_await tried(handle->graph->perform(call, write));
  if (reply.op_ret < 0 || static_cast<std::size_t>(reply.op_ret) > data.size()) co_return Error(EIO);
  request.written(static_cast<std::size_t>(reply.op_ret));
  co_return done;
}

Task<> Front::flush(Request& request, HandlePointer handle, std::uint64_t owner) {
  // All that closing means to a brick is that the owner's POSIX locks on the file go.
  const LockOwner lock_owner = to_lock_owner(owner);
  if (handle->inode->lock_owners.erase(lock_owner) != 0) {
    Call call = call_of(request);
    call.lock_owner = lock_owner;
    const fop::Flush flush{.gfid = handle->inode->gfid, .fd = handle->fd};
    co_await tried(handle->graph->perform(call, flush));
  } else {
    co_await tried(handle->graph->account_for(handle->inode->gfid, handle->fd));
  }
  request.succeed();
  co_return done;
}

Task<> Front::release(Request& request, HandlePointer handle, bool unlock, std::uint64_t owner) {
  Call call = call_of(request);
  request.succeed();  // nobody waits for more
  drop_handle(*handle);
  if (unlock) {
    call.lock_owner = to_lock_owner(owner);
    const fop::Lk lk{.gfid = handle->inode->gfid,
                     .fd = handle->fd,
                     .command = 1,
                     .type = Flock::unlock,
                     .flock = {.type = Flock::unlock, .owner = call.lock_owner}};
    co_await handle->graph->perform(call, lk);  // a broken connection has dropped the lock itself
  }
  release_later(call, handle->graph, handle->inode->gfid, std::move(handle->fd), false);
  co_return done;
}

Task<> Front::fsync(Request& request, HandlePointer handle, bool data_only) {
  const Call call = call_of(request);
  const fop::Fsync fsync{.gfid = handle->inode->gfid, .fd = handle->fd, .data_only = data_only ? 1u : 0u};
  co_await tried(handle->graph->perform(call, fsync));
  request.succeed();
  co_return done;
}

Task<> Front::fallocate(Request& request, HandlePointer handle, int mode, std::uint64_t offset, std::uint64_t size) {
  const Call call = call_of(request);
  const ChangeCount changing(changes_);
  const Gfid gfid = handle->inode->gfid;
  if (may_be_privileged(*handle->inode, leaves_no_set_ids(call))) {
    co_await tried(take_privileges(call, handle->inode, handle, leaves_no_set_ids(call)));
  }
  switch (mode) {
    case 0:
    case FALLOC_FL_KEEP_SIZE: {
      const fop::Fallocate fallocate{
          .gfid = gfid, .fd = handle->fd, .flags = mode == 0 ? 0u : 1u, .offset = offset, .size = size};
      co_await tried(handle->graph->perform(call, fallocate));
      break;
    }
    case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE: {
      const fop::Discard discard{.gfid = gfid, .fd = handle->fd, .offset = offset, .size = size};
      co_await tried(handle->graph->perform(call, discard));
      break;
    }
    case FALLOC_FL_ZERO_RANGE: {
      const fop::Zerofill zerofill{.gfid = gfid, .fd = handle->fd, .offset = offset, .size = size};
      co_await tried(handle->graph->perform(call, zerofill));
      break;
    }
    case FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE: {
      // The protocol's zero-fill may grow the file. A hole reads as zeros and leaves the size alone.
      const fop::Discard discard{.gfid = gfid, .fd = handle->fd, .offset = offset, .size = size};
      co_await tried(handle->graph->perform(call, discard));
      const fop::Fallocate fallocate{.gfid = gfid, .fd = handle->fd, .flags = 1, .offset = offset, .size = size};
      co_await tried(handle->graph->perform(call, fallocate));
      break;
    }
    default: co_return Error(EOPNOTSUPP);
  }
  request.succeed();
  co_return done;
}

Task<> Front::copy_file_range(Request& request, HandlePointer from, std::uint64_t from_offset, std::uint64_t to,
                              std::uint64_t to_offset, std::size_t size) {
  const HandlePointer target = find_handle(to);
  if (!target) co_return Error(EBADF);
  if (target->graph != from->graph) {
    co_await tried(migrate(target));
  }
  if (target->graph != from->graph) co_return Error(EXDEV);  // the caller copies by reading and writing
  const Call call = call_of(request);
  const ChangeCount changing(changes_);
  if (may_be_privileged(*target->inode, leaves_no_set_ids(call))) {
    co_await tried(take_privileges(call, target->inode, target, leaves_no_set_ids(call)));
  }
  const fop::CopyFileRange copy{.in_gfid = from->inode->gfid,
                                .out_gfid = target->inode->gfid,
                                .fd_in = from->fd,
                                .fd_out = target->fd,
                                .offset_in = from_offset,
                                .offset_out = to_offset,
                                .size = static_cast<std::uint32_t>(std::min(size, most_copied))};
  const fop::CopyFileRange::Reply reply = co_await tried(from->graph->perform(call, copy));
  if (reply.op_ret < 0) co_return Error(EIO);
  request.written(static_cast<std::size_t>(reply.op_ret));
  co_return done;
}

Task<> Front::lseek(Request& request, HandlePointer handle, std::uint64_t offset, int whence) {
  if (whence != SEEK_DATA && whence != SEEK_HOLE) co_return Error(EINVAL);
  const Call call = call_of(request);
  const fop::Seek seek{
      .gfid = handle->inode->gfid, .fd = handle->fd, .offset = offset, .what = whence == SEEK_DATA ? 0 : 1};
  const fop::Seek::Reply reply = co_await tried(handle->graph->perform(call, seek));
  request.position(static_cast<off_t>(reply.offset));
  co_return done;
}

}  // namespace mortar::fuse
