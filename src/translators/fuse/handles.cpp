// Open files and directories: their table, and how they follow a switch of graphs.
#include <algorithm>

#include "base/log.h"
#include "translators/fuse/front.h"

namespace mortar::fuse {
namespace {

constexpr const char* lock_info_xattr = "trusted.glusterfs.lockinfo";

// Hands the POSIX locks of one open file over to another one.
Task<> move_locks(std::shared_ptr<MountedGraph> from, Fd old_fd, std::shared_ptr<MountedGraph> to, Fd new_fd,
                  Gfid gfid) {
  const Call call;
  const fop::Fgetxattr ask{.gfid = gfid, .fd = old_fd, .name_given = 1, .name = lock_info_xattr};
  fop::Values known = co_await tried(from->perform(call, ask));
  fop::Fsetxattr give{.gfid = gfid, .fd = new_fd};
  give.values = std::move(known.values);
  co_await tried(to->perform(call, give));
  co_return done;
}

Task<> release_now(Call call, std::shared_ptr<MountedGraph> graph, Gfid gfid, Fd fd, bool directory) {
  Result<fop::Acknowledged> released;
  if (directory) {
    const fop::Releasedir operation{.gfid = gfid, .fd = std::move(fd)};
    released = co_await graph->perform(call, operation);
  } else {
    const fop::Release operation{.gfid = gfid, .fd = std::move(fd)};
    released = co_await graph->perform(call, operation);
  }
  if (!released) log::debug("mount", "{} is not released: {}", gfid.text(), released.error().sentence());
  co_return done;
}

}  // namespace

HandlePointer Front::find_handle(std::uint64_t number) const {
  auto found = handles_.find(number);
  return found == handles_.end() ? nullptr : found->second;
}

HandlePointer Front::add_handle(InodePointer inode, GraphPointer graph, Fd fd, std::uint32_t flags, bool directory) {
  auto handle = std::make_shared<Handle>(Handle{.number = ++last_handle_,
                                                .inode = std::move(inode),
                                                .flags = flags,
                                                .directory = directory,
                                                .graph = std::move(graph),
                                                .fd = std::move(fd)});
  handle->inode->handles.push_back(handle.get());
  handles_.emplace(handle->number, handle);
  return handle;
}

void Front::drop_handle(Handle& handle) {
  std::erase(handle.inode->handles, &handle);
  handles_.erase(handle.number);
}

fuse_file_info Front::file_info(const Handle& handle) const {
  fuse_file_info info{};
  info.fh = handle.number;
  if (!handle.directory) {
    info.direct_io = handle.past_the_cache || options_.direct_io.value_or(false) ? 1 : 0;
    info.keep_cache = options_.keep_cache_on_open ? 1 : 0;
  }
  return info;
}

std::uint32_t Front::flags_to_open(std::uint32_t flags) const {
  if (!options_.writeback_cache) return flags;
  flags &= ~open_flag::append;
  if ((flags & open_flag::access_mode) == open_flag::write_only) {
    flags = (flags & ~open_flag::access_mode) | open_flag::read_write;
  }
  return flags;
}

HandlePointer Front::any_handle(const Inode& inode, bool writable) const {
  for (const Handle* handle : inode.handles) {
    if (handle->graph != graph_) continue;
    if (writable && (handle->directory || (handle->flags & open_flag::access_mode) == 0)) continue;
    return find_handle(handle->number);
  }
  return nullptr;
}

Task<> Front::migrate(HandlePointer handle) {
  const GraphPointer old_graph = handle->graph;
  const GraphPointer graph = graph_;
  const Gfid gfid = handle->inode->gfid;
  const Call call;
  fop::Opened opened;
  if (!handle->directory) {
    co_await tried(old_graph->account_for(gfid, handle->fd));  // the new one does not know
  }
  if (handle->directory) {
    const fop::Opendir opendir{.gfid = gfid};
    opened = co_await tried(graph->perform(call, opendir));
  } else {
    const std::uint32_t once = open_flag::create | open_flag::exclusive | open_flag::truncate;
    const fop::Open open{.gfid = gfid, .flags = handle->flags & ~once};
    opened = co_await tried(graph->perform(call, open));
  }
  if (handle->graph != old_graph) {  // another request was quicker
    release_later(call, graph, gfid, std::move(opened.fd), handle->directory);
    co_return done;
  }
  if (!handle->inode->lock_owners.empty()) {
    Result<Done> moved = co_await move_locks(old_graph, handle->fd, graph, opened.fd, gfid);
    if (!moved) {
      // The locks would be lost: the file goes on where it has them.
      log::warning("mount", "{} stays on the old graph, its locks cannot be moved: {}", gfid.text(),
                   moved.error().sentence());
      release_later(call, graph, gfid, std::move(opened.fd), handle->directory);
      co_return done;
    }
  }
  release_later(call, old_graph, gfid, std::exchange(handle->fd, std::move(opened.fd)), handle->directory);
  handle->graph = graph;
  handle->fetched = {};
  handle->ahead.reset();
  co_return done;
}

void Front::release_later(Call call, GraphPointer graph, Gfid gfid, Fd fd, bool directory) {
  background_.start(release_now(std::move(call), std::move(graph), gfid, std::move(fd), directory));
}

}  // namespace mortar::fuse
