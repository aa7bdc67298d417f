// Open directories.
#include <algorithm>

#include "translators/fuse/front.h"
#include "translators/fuse/gone.h"

namespace mortar::fuse {
namespace {

constexpr std::size_t least_fetched = 4096;
constexpr std::size_t most_fetched = 1 << 20;
// Of a directory that is read on.
constexpr std::size_t fetched_together = 128 << 10;

bool has_attributes(const EntryPlus& entry) {
  return !entry.iatt.gfid.is_null() && entry.name != "." && entry.name != "..";
}

std::shared_ptr<EntriesAhead> those_there(FetchedEntries entries) {
  auto ahead = std::make_shared<EntriesAhead>();
  ahead->with_attributes = entries.with_attributes;
  ahead->entries.emplace(std::move(entries));
  ahead->settled.set();
  return ahead;
}

}  // namespace

Task<> Front::opendir(Request& request, std::uint64_t number, std::uint32_t flags) {
  const InodePointer inode = co_await tried(known(number));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const InodePointer parent = inodes_.find(inode->parent);
  Result<WalkAhead::Listed> listed = failed(ENODATA);
  if (parent && to_look_ahead(graph)) {
    listed = co_await walk_ahead_.open(call, graph, parent->gfid, inode->gfid, page_size_);
  }
  HandlePointer handle;
  if (listed) {
    handle = add_handle(inode, graph, std::move(listed->fd), flags, true);
    handle->ahead = those_there(std::move(listed->page));
  } else {
    const fop::Opendir opendir{.gfid = inode->gfid};
    Result<fop::Opened> reply = co_await graph->perform(call, opendir);
    if (!reply) co_return stale_if_gone(reply.error());
    handle = add_handle(inode, graph, std::move(reply->fd), flags, true);
  }
  if (!request.opened(file_info(*handle))) {
    drop_handle(*handle);
    release_later(call, graph, inode->gfid, handle->fd, true);
  }
  co_return done;
}

Task<FetchedEntries> Front::entries_from(Call call, std::shared_ptr<Translator> graph, Gfid gfid, Fd fd,
                                         std::uint64_t offset, std::size_t size, bool with_attributes) {
  const auto wanted = static_cast<std::uint32_t>(std::clamp(size, least_fetched, most_fetched));
  FetchedEntries now{.offset = offset, .with_attributes = with_attributes, .changes = changes_, .asked = asked()};
  if (with_attributes) {
    const fop::Readdirp readdirp{.gfid = gfid, .fd = fd, .offset = offset, .size = wanted};
    fop::Readdirp::Reply reply = co_await tried(graph->perform(call, readdirp));
    now.entries = std::move(reply.entries.elements);
    now.is_last = reply.op_errno == ENOENT;
  } else {
    const fop::Readdir readdir{.gfid = gfid, .fd = fd, .offset = offset, .size = wanted};
    fop::Readdir::Reply reply = co_await tried(graph->perform(call, readdir));
    now.is_last = reply.op_errno == ENOENT;
    for (Entry& entry : reply.entries.elements) {
      now.entries.push_back({.inode = entry.inode,
                             .offset = entry.offset,
                             .name_length = entry.name_length,
                             .type = entry.type,
                             .name = std::move(entry.name)});
    }
  }
  co_return std::move(now);
}

bool Front::are_fresh(const FetchedEntries& fetched, std::uint64_t offset, bool with_attributes) const {
  if (fetched.offset != offset) return false;
  return !with_attributes || (fetched.with_attributes && fetched.changes == changes_);
}

// One who asks for the second time will go on: then more comes at once, and the next while that is looked at. Unless
// what is fetched becomes old before it is used up, as with one who removes what it reads.
Task<> Front::fetch_entries(const Call& call, HandlePointer handle, std::size_t size, std::uint64_t offset,
                            bool with_attributes) {
  FetchedEntries& fetched = handle->fetched;
  const bool goes_on = offset != 0 && fetched.offset == offset;
  if (goes_on && !fetched.empty() && are_fresh(fetched, offset, with_attributes)) co_return done;
  if (goes_on && fetched.empty() && std::exchange(fetched.is_last, false)) co_return done;
  const std::shared_ptr<EntriesAhead> ahead = std::exchange(handle->ahead, nullptr);
  bool is_there = false;
  if (ahead) {
    co_await ahead->settled.wait();
    is_there = *ahead->entries && ahead->with_attributes == with_attributes &&
               are_fresh(**ahead->entries, offset, with_attributes);
  }
  const bool stays = goes_on && fetched.empty() && (is_there || !ahead);
  if (is_there) {
    fetched = std::move(**ahead->entries);
  } else {
    const std::size_t wanted = stays ? std::max(size, fetched_together) : size;
    fetched = co_await tried(
        entries_from(call, handle->graph, handle->inode->gfid, handle->fd, offset, wanted, with_attributes));
  }
  if (to_look_ahead(handle->graph)) walk_ahead_.listed(call, handle->inode->gfid, fetched);
  if (stays && !fetched.empty() && !fetched.is_last && !handle->ahead) {
    handle->ahead = std::make_shared<EntriesAhead>();
    handle->ahead->with_attributes = with_attributes;
    const std::uint64_t next = fetched.entries.back().offset;
    background_.start(fill(handle->ahead, entries_from(call, handle->graph, handle->inode->gfid, handle->fd, next,
                                                       fetched_together, with_attributes)));
  }
  co_return done;
}

Task<> Front::fill(std::shared_ptr<EntriesAhead> ahead, Task<FetchedEntries> entries) {
  Result<FetchedEntries> fetched = co_await std::move(entries);
  ahead->entries.emplace(std::move(fetched));
  ahead->settled.set();
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
  co_await tried(fetch_entries(call, handle, size, offset, false));
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

bool Front::wants_attributes(const Handle& handle, std::uint64_t offset) const {
  return offset == 0 || !handle.probe || listing_habit_.wants_attributes(*handle.probe);
}

void Front::leave_probe(Handle& handle) {
  handle.probe = nullptr;
  FetchedEntries& fetched = handle.fetched;
  if (fetched.is_last) return;
  const auto probe = std::ranges::find_if(fetched.entries, [](const EntryPlus& entry) {
    return has_attributes(entry) && !entry.iatt.is_directory();
  });
  if (probe == fetched.entries.end()) return;
  probe->iatt = {};
  handle.probe = listing_habit_.begin(handle.inode->gfid, probe->name);
}

Task<> Front::readdirplus(Request& request, HandlePointer handle, std::size_t size, std::uint64_t offset) {
  const Call call = call_of(request);
  const bool at_beginning = offset == 0;
  if (at_beginning) page_size_ = size;
  co_await tried(fetch_entries(call, handle, size, offset, wants_attributes(*handle, offset)));
  if (at_beginning) leave_probe(*handle);
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
