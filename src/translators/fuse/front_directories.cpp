// Open directories.
#include <algorithm>

#include "translators/fuse/front.h"
#include "translators/fuse/gone.h"

namespace mortar::fuse {
namespace {

constexpr std::size_t least_fetched = 4096;
constexpr std::size_t most_fetched = 1 << 20;

bool has_attributes(const EntryPlus& entry) {
  return !entry.iatt.gfid.is_null() && entry.name != "." && entry.name != "..";
}

}  // namespace

Task<> Front::opendir(Request& request, std::uint64_t number, std::uint32_t flags) {
  const InodePointer inode = co_await tried(known(number));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const fop::Opendir opendir{.gfid = inode->gfid};
  Result<fop::Opened> reply = co_await graph->perform(call, opendir);
  if (!reply) co_return stale_if_gone(reply.error());
  const HandlePointer handle = add_handle(inode, graph, std::move(reply->fd), flags, true);
  if (!request.opened(file_info(*handle))) {
    drop_handle(*handle);
    release_later(call, graph, inode->gfid, handle->fd, true);
  }
  co_return done;
}

// Makes `fetched` begin at the offset, unless it does already.
Task<> Front::fetch_entries(const Call& call, Handle& handle, std::size_t size, std::uint64_t offset,
                            bool with_attributes) {
  FetchedEntries& fetched = handle.fetched;
  const bool continues = !fetched.empty() && offset != 0 && fetched.offset == offset;
  const bool fresh = !with_attributes || (fetched.with_attributes && fetched.changes == changes_);
  if (continues && fresh) co_return done;
  const auto wanted = static_cast<std::uint32_t>(std::clamp(size, least_fetched, most_fetched));
  const Gfid gfid = handle.inode->gfid;
  FetchedEntries now{.offset = offset, .with_attributes = with_attributes, .changes = changes_, .asked = asked()};
  if (with_attributes) {
    const fop::Readdirp readdirp{.gfid = gfid, .fd = handle.fd, .offset = offset, .size = wanted};
    fop::Readdirp::Reply reply = co_await tried(handle.graph->perform(call, readdirp));
    now.entries = std::move(reply.entries.elements);
  } else {
    const fop::Readdir readdir{.gfid = gfid, .fd = handle.fd, .offset = offset, .size = wanted};
    fop::Readdir::Reply reply = co_await tried(handle.graph->perform(call, readdir));
    for (Entry& entry : reply.entries.elements) {
      now.entries.push_back({.inode = entry.inode,
                             .offset = entry.offset,
                             .name_length = entry.name_length,
                             .type = entry.type,
                             .name = std::move(entry.name)});
    }
  }
  fetched = std::move(now);
  co_return done;
}

std::size_t Front::add_plain_entry(Request& request, const EntryPlus& entry, std::span<char> room) const {
  struct stat status{};
  status.st_ino = entry.inode;
  status.st_mode = entry.type << 12;
  return fuse_add_direntry(request.raw(), room.data(), room.size(), entry.name.c_str(), &status,
                           static_cast<off_t>(entry.offset));
}

// Each entry with attributes is one more reference of the kernel, noted in `referred`.
std::size_t Front::add_entry_with_attributes(Request& request, Handle& handle, const EntryPlus& entry,
                                             std::span<char> room, std::vector<std::uint64_t>& referred) {
  fuse_entry_param param{};
  param.attr.st_ino = entry.inode;
  param.attr.st_mode = entry.type << 12;
  const std::size_t needed = fuse_add_direntry_plus(request.raw(), nullptr, 0, entry.name.c_str(), &param, 0);
  if (needed > room.size()) return needed;
  if (has_attributes(entry)) {
    const InodePointer inode = introduce(entry.iatt.gfid, handle.inode->number, entry.name);
    referred.push_back(inode->number);
    param = entry_of(handle.fetched.asked, *inode, entry.iatt, handle.inode->number, entry.name);
  }
  return fuse_add_direntry_plus(request.raw(), room.data(), room.size(), entry.name.c_str(), &param,
                                static_cast<off_t>(entry.offset));
}

Task<> Front::readdir(Request& request, HandlePointer handle, std::size_t size, std::uint64_t offset) {
  const Call call = call_of(request);
  co_await tried(fetch_entries(call, *handle, size, offset, false));
  FetchedEntries& fetched = handle->fetched;
  std::vector<char> room(std::min(size, most_fetched));
  std::size_t used = 0;
  while (!fetched.empty()) {
    const EntryPlus& entry = fetched.entries[fetched.next];
    const std::size_t needed = add_plain_entry(request, entry, std::span(room).subspan(used));
    if (needed > room.size() - used) break;
    used += needed;
    fetched.offset = entry.offset;
    ++fetched.next;
  }
  request.bytes(std::as_bytes(std::span(room).first(used)));
  co_return done;
}

Task<> Front::readdirplus(Request& request, HandlePointer handle, std::size_t size, std::uint64_t offset) {
  const Call call = call_of(request);
  co_await tried(fetch_entries(call, *handle, size, offset, true));
  FetchedEntries& fetched = handle->fetched;
  std::vector<char> room(std::min(size, most_fetched));
  std::vector<std::uint64_t> referred;
  std::size_t used = 0;
  while (!fetched.empty()) {
    const EntryPlus& entry = fetched.entries[fetched.next];
    const std::size_t needed =
        add_entry_with_attributes(request, *handle, entry, std::span(room).subspan(used), referred);
    if (needed > room.size() - used) break;
    used += needed;
    fetched.offset = entry.offset;
    ++fetched.next;
  }
  if (!request.bytes(std::as_bytes(std::span(room).first(used)))) {
    for (std::uint64_t number : referred) inodes_.forget(number, 1);
  }
  co_return done;
}

Task<> Front::releasedir(Request& request, HandlePointer handle) {
  const Call call = call_of(request);
  request.succeed();
  drop_handle(*handle);
  release_later(call, handle->graph, handle->inode->gfid, std::move(handle->fd), true);
  co_return done;
}

Task<> Front::fsyncdir(Request& request, HandlePointer handle, bool data_only) {
  const Call call = call_of(request);
  const fop::Fsyncdir fsyncdir{.gfid = handle->inode->gfid, .fd = handle->fd, .data_only = data_only ? 1 : 0};
  co_await tried(handle->graph->perform(call, fsyncdir));
  request.succeed();
  co_return done;
}

}  // namespace mortar::fuse
