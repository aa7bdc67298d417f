// The lists as directories that healers look into: getxattr on the root tells their gfids, the rest is lookup, opendir,
// readdir, unlink and rmdir on them. The changes of one directory are a virtual directory too, whose gfid is that
// directory's mixed with the list's.
#include <algorithm>

#include "translators/index/index.h"
#include "wire/own_keys.h"

namespace mortar {

using index::IndexStore;
using index::List;

namespace {

constexpr std::size_t most_directories = 65536;
constexpr const char* link_count = "link-count";
constexpr const char* pending_count = "glusterfs.xattrop_index_count";
constexpr const char* dirty_count = "glusterfs.xattrop_dirty_count";
constexpr std::array<const char*, 3> gfid_names{"glusterfs.xattrop_index_gfid", "glusterfs.xattrop_dirty_gfid",
                                                "glusterfs.xattrop_entry_changes_gfid"};
constexpr std::uint64_t type_regular = 1, type_directory = 2;  // stock's ia_type

Iatt iatt_of(const FileStatus& status, const Gfid& gfid) {
  Iatt iatt;
  iatt.gfid = gfid;
  iatt.flags = iatt_all_valid;
  iatt.inode = ~std::uint64_t{0};
  iatt.device = status.device;
  iatt.size = status.size;
  iatt.blocks = status.blocks;
  iatt.links = status.links;
  iatt.uid = status.uid;
  iatt.gid = status.gid;
  iatt.block_size = status.block_size;
  iatt.mode = status.mode;
  iatt.accessed = status.accessed;
  iatt.modified = status.modified;
  iatt.changed = status.changed;
  return iatt;
}

}  // namespace

std::string Index::Place::path() const {
  std::string path = index::name_of(list);
  if (directory) path += "/" + directory->text();
  return path;
}

std::optional<Index::Place> Index::place_of(const Gfid& gfid) const {
  for (List list : {List::pending, List::dirty, List::entry_changes}) {
    if (virtual_gfids_[static_cast<std::size_t>(list)] == gfid) return Place{list, std::nullopt};
  }
  auto found = directories_.find(gfid);
  if (found == directories_.end()) return std::nullopt;
  return Place{List::entry_changes, found->second};
}

Gfid Index::virtual_gfid_of(const Gfid& directory) {
  Gfid mixed = virtual_gfids_[static_cast<std::size_t>(List::entry_changes)];
  for (std::size_t at = 0; at < mixed.bytes.size(); ++at) mixed.bytes[at] ^= directory.bytes[at];
  if (directories_.emplace(mixed, directory).second) {
    directories_by_age_.push_back(mixed);
    if (directories_by_age_.size() > most_directories) {
      directories_.erase(directories_by_age_.front());
      directories_by_age_.pop_front();
    }
  }
  return mixed;
}

Task<fop::Getxattr::Reply> Index::perform(const Call& call, const fop::Getxattr& get) {
  fop::Getxattr::Reply reply;
  for (std::size_t list = 0; list < gfid_names.size(); ++list) {
    if (get.name != gfid_names[list]) continue;
    reply.values.set_bytes(get.name, virtual_gfids_[list].view());
    co_return reply;
  }
  if (get.name == own_key::epoch && get.gfid.is_root()) {
    if (!call.is_internal()) co_return Error(EPERM);
    reply.values.set(get.name, recent_.epoch());
    co_return reply;
  }
  if (get.name == pending_count || get.name == dirty_count) {
    const List list = get.name == pending_count ? List::pending : List::dirty;
    std::uint64_t count = co_await tried(on_store([list](IndexStore& lists) { return lists.count(list); }));
    reply.values.set(get.name, count);
    co_return reply;
  }
  auto passed = co_await tried(next().perform(call, get));
  co_return passed;
}

// ---- the count in other replies

bool Index::wants_link_count(const Dictionary& xdata) const { return xdata.text(link_count) == pending_count; }

Task<Dictionary> Index::with_link_count(Dictionary xdata) {
  const bool any = co_await tried(on_store([](IndexStore& lists) { return lists.has_any(List::pending); }));
  xdata.set(link_count, std::int64_t{any ? 1 : 0});
  co_return xdata;
}

Task<fop::Lookup::Reply> Index::perform(const Call& call, const fop::Lookup& lookup) {
  if (auto parent = place_of(lookup.parent)) {
    auto found = co_await tried(look_up(*parent, lookup, true));
    co_return found;
  }
  if (auto place = place_of(lookup.gfid); place && lookup.parent.is_null()) {
    auto found = co_await tried(look_up(*place, lookup, false));
    co_return found;
  }
  auto reply = co_await next().perform(call, lookup);
  if (wants_link_count(lookup.xdata)) {
    const Dictionary* extra = reply ? &reply->xdata : reply.error().extra();
    Dictionary told = co_await tried(with_link_count(extra == nullptr ? Dictionary{} : *extra));
    if (!reply) co_return Error(reply.error().number(), std::make_shared<const Dictionary>(std::move(told)));
    reply->xdata = std::move(told);
  }
  co_return std::move(reply);
}

Task<fop::Fstat::Reply> Index::perform(const Call& call, const fop::Fstat& fstat) {
  auto reply = co_await tried(next().perform(call, fstat));
  if (wants_link_count(fstat.xdata)) {
    reply.xdata = co_await tried(with_link_count(std::move(reply.xdata)));
  }
  co_return reply;
}

// ---- the virtual directories

Task<fop::Lookup::Reply> Index::look_up(Place place, const fop::Lookup& lookup, bool by_name) {
  std::string path = place.path();
  Gfid gfid = lookup.gfid;
  if (by_name) {
    Name entry = co_await tried(Name::make(lookup.name));
    path += "/" + entry.text();
    auto directory = Gfid::parse(entry.text());
    const bool is_directory = place.list == List::entry_changes && !place.directory && directory;
    gfid = is_directory ? virtual_gfid_of(*directory) : world_.random_gfid();
  }
  const FileStatus status = co_await tried(on_store([path](IndexStore& lists) { return lists.status(path); }));
  fop::Lookup::Reply reply;
  reply.iatt = iatt_of(status, gfid);
  if (lookup.xdata.has("glusterfs.index-ia-type-get-req")) {
    const bool directories = place.list == List::entry_changes && !place.directory;
    reply.xdata.set("glusterfs.index-ia-type-get-rsp", directories ? type_directory : type_regular);
  }
  co_return reply;
}

Task<fop::Opendir::Reply> Index::perform(const Call& call, const fop::Opendir& opendir) {
  auto place = place_of(opendir.gfid);
  if (!place) {
    auto passed = co_await tried(next().perform(call, opendir));
    co_return passed;
  }
  auto folder = co_await tried(on_store([path = place->path()](IndexStore& lists) -> Result<std::shared_ptr<OpenFile>> {
    auto open = lists.open_folder(path);
    if (!open) return std::unexpected(open.error());
    return std::make_shared<OpenFile>(std::move(*open));
  }));
  fop::Opendir::Reply reply;
  reply.fd.open = std::make_shared<Descriptor>(opendir.gfid, open_flag::directory, true);
  reply.fd.open->contexts.put(this, std::move(folder));
  co_return reply;
}

Task<fop::Readdir::Reply> Index::perform(const Call& call, const fop::Readdir& readdir) {
  auto folder = readdir.fd.open ? readdir.fd.open->contexts.get<OpenFile>(this) : nullptr;
  if (!folder) {
    auto passed = co_await tried(next().perform(call, readdir));
    co_return passed;
  }
  auto listed = co_await tried(on_store([folder, offset = readdir.offset, size = readdir.size](IndexStore& lists) {
    return lists.read(folder->number(), offset, size);
  }));
  fop::Readdir::Reply reply;
  for (DirectoryEntry& entry : listed.entries) {
    reply.entries.elements.push_back({.inode = entry.inode,
                                      .offset = entry.offset,
                                      .name_length = static_cast<std::uint32_t>(entry.name.size()),
                                      .type = entry.type,
                                      .name = std::move(entry.name)});
  }
  reply.op_ret = static_cast<std::int32_t>(reply.entries.elements.size());
  if (listed.at_end) reply.op_errno = ENOENT;
  co_return reply;
}

Task<fop::Releasedir::Reply> Index::perform(const Call& call, const fop::Releasedir& release) {
  if (release.fd.open && release.fd.open->contexts.get<OpenFile>(this)) {
    return ready<fop::Releasedir::Reply>(fop::Releasedir::Reply{});
  }
  return next().perform(call, release);
}

Task<Iatt> Index::attributes_of(Place place, Gfid gfid) {
  const FileStatus status =
      co_await tried(on_store([path = place.path()](IndexStore& lists) { return lists.status(path); }));
  co_return iatt_of(status, gfid);
}

// A healer takes off what it has healed.
Task<fop::Unlink::Reply> Index::perform(const Call& call, const fop::Unlink& unlink) {
  auto place = place_of(unlink.parent);
  if (!place) {
    auto passed = co_await tried(around(call, unlink));
    co_return passed;
  }
  Name entry = co_await tried(Name::make(unlink.name));
  fop::Unlink::Reply reply;
  reply.before = co_await tried(attributes_of(*place, unlink.parent));
  co_await tried(on_store([place = *place, entry](IndexStore& lists) -> Result<Done> {
    if (place.directory) return lists.remove_entry(*place.directory, entry);
    if (place.list == List::entry_changes) return lists.remove_stray(entry);
    auto gfid = Gfid::parse(entry.text());
    if (!gfid) return failed(EINVAL);
    return lists.remove(place.list, *gfid);
  }));
  reply.after = co_await tried(attributes_of(*place, unlink.parent));
  co_return reply;
}

Task<fop::Rmdir::Reply> Index::perform(const Call& call, const fop::Rmdir& rmdir) {
  auto place = place_of(rmdir.parent);
  if (!place) {
    auto passed = co_await tried(around(call, rmdir));
    co_return passed;
  }
  auto directory = Gfid::parse(rmdir.name);
  if (!directory || place->list != List::entry_changes || place->directory) co_return Error(EINVAL);
  fop::Rmdir::Reply reply;
  reply.before = co_await tried(attributes_of(*place, rmdir.parent));
  co_await tried(on_store([directory = *directory, all = rmdir.flags != 0](IndexStore& lists) {
    return all ? lists.wipe_directory(directory.text()) : lists.forget_directory(directory);
  }));
  reply.after = co_await tried(attributes_of(*place, rmdir.parent));
  co_return reply;
}

}  // namespace mortar
