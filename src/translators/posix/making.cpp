#include "translators/posix/making.h"

#include <linux/xattr.h>

#include <array>
#include <optional>
#include <vector>

#include "base/log.h"
#include "translators/posix/attribute_names.h"
#include "translators/posix/gfid2path.h"

namespace mortar::posix {

namespace {

constexpr std::uint32_t set_group_id = 02000, set_ids = 06000;
constexpr std::array acl_keys = {"system.posix_acl_access", "system.posix_acl_default"};

// Keys of a request that look like attributes of the new object and are none, or have been set before.
bool is_consumed(std::string_view key) {
  return key == gfid_key || key == mdata_key || key == acl_keys[0] || key == acl_keys[1];
}

Result<Done> set_owner(const Work& work, const Making& making) {
  const bool inherits = (making.parent_before.mode & set_group_id) != 0;
  const std::uint32_t uid = work.call->uid;
  const std::uint32_t gid = inherits ? making.parent_before.gid : work.call->gid;
  // The process is root: what it makes belongs to root, and to the parent's group where that is inherited.
  if (uid == 0 && (inherits || gid == 0)) return done;
  FileSystem& files = work.files();
  const Place& place = making.place;
  Result<Done> owned = place.file >= 0 ? files.change_owner(place.file, uid, gid)
                                       : files.change_owner(place.directory, place.name, uid, gid);
  if (!owned || making.is_directory || (making.mode & set_ids) == 0) return owned;
  // Changing the owner took the bits away.
  return place.file >= 0 ? files.change_mode(place.file, making.mode & 07777)
                         : files.change_mode(place.directory, place.name, making.mode & 07777);
}

Result<Done> set_acls(const Work& work, const Making& making, const Dictionary& xdata) {
  for (const char* key : acl_keys) {
    std::optional<Bytes> value = xdata.bytes(key);
    if (!value) continue;
    Result<Done> set = work.attributes().set(making.place, key, *value, 0);
    if (!set && set.error().number() != EOPNOTSUPP) return set;
  }
  return done;
}

// What replication counts: the object is to be there with it, or not at all.
bool is_counter(std::string_view key) { return key.starts_with("trusted.afr."); }

// A failure is logged, not returned: the object is there and its owner can set them again.
Result<Done> set_requested_attributes(const Work& work, const Making& making, const Dictionary& xdata) {
  const std::optional<std::string_view> checked_key = xdata.text("glusterfs.preop.parent.key");
  for (const auto& [key, value] : xdata) {
    if (!is_attribute_name(key) || is_consumed(key)) continue;
    if (checked_key == key) continue;
    Result<Done> set = work.attributes().set(making.place, key.c_str(), as_bytes(stored_form(value)), XATTR_CREATE);
    if (set || set.error().number() == EEXIST) continue;
    if (is_counter(key)) return set;
    log::warning("posix", "{}: cannot set {} on the new {}: {}", work.brick->directory, key, making.name,
                 set.error().sentence());
  }
  return done;
}

Result<Done> set_identity(const Work& work, const Making& making) {
  Result<Done> set = work.attributes().set(making.place, gfid_key, making.object.gfid.view(), XATTR_CREATE);
  if (set || set.error().number() != EEXIST) return set;
  Result<Gfid> there = read_gfid(work, making.place);
  if (!there) return std::unexpected(there.error());
  return *there == making.object.gfid ? Result<Done>(done) : failed(EEXIST);
}

// Those of now, or, where a healer makes it, those that it has elsewhere.
Result<Done> set_times(const Work& work, const Making& making, const Dictionary& xdata) {
  if (const std::optional<Bytes> given = xdata.bytes(mdata_key)) {
    const std::optional<Times> times = decode_mdata(*given);
    return times ? write_times(work, making.object, making.place, *times) : failed(EINVAL);
  }
  if (!stamped(work.call->stamps, false).any()) return done;
  const Moment now = work.call->time;
  return write_times(work, making.object, making.place, Times{now, now, now});
}

// The handle comes first: a directory with an identity that nothing leads to would be made again elsewhere.
Result<Done> identify_directory(const Work& work, const Making& making) {
  const Gfid& gfid = making.object.gfid;
  Result<Done> added = work.handles().add_directory(gfid, {making.parent.gfid, making.name});
  if (!added) return added;
  Result<Done> identified = set_identity(work, making);
  if (!identified) (void)work.handles().remove(gfid);
  return identified;
}

Result<Done> add_file_handle(const Work& work, const Making& making) {
  Result<Done> added = work.handles().add_file(making.object.gfid, making.parent.directory->number(), making.name);
  // Stock's answer to an identity that another object has.
  if (!added && added.error().number() == EEXIST) return failed(ENODATA);
  return added;
}

Result<Done> dress_up_to_handle(const Work& work, Making& making, const Dictionary& xdata) {
  if (Result<Done> owned = set_owner(work, making); !owned) return owned;
  if (Result<Done> acls = set_acls(work, making, xdata); !acls) return acls;
  if (!making.is_directory) {
    if (Result<Done> named = record_name(work, making.place, making.parent.gfid, making.name); !named) return named;
  }
  if (Result<Done> set = set_requested_attributes(work, making, xdata); !set) return set;
  if (Result<Done> timed = set_times(work, making, xdata); !timed) return timed;
  if (making.is_directory) return identify_directory(work, making);
  if (Result<Done> identified = set_identity(work, making); !identified) return identified;
  return add_file_handle(work, making);
}

void take_away(const Work& work, const Making& making) {
  const int parent = making.parent.directory->number();
  Result<Done> removed = making.is_directory ? work.files().remove_directory(parent, making.name)
                                             : work.files().unlink(parent, making.name);
  if (!removed) {
    log::error("posix", "{}: cannot remove the half-made {}: {}", work.brick->directory, making.name,
               removed.error().sentence());
  }
}

std::string counter_bytes(std::uint32_t count) {
  std::string bytes(4, '\0');
  for (int byte = 3; byte >= 0; --byte, count >>= 8) bytes[static_cast<std::size_t>(byte)] = static_cast<char>(count);
  return bytes;
}

Result<Done> count_name(const Work& work, const Place& place, const Gfid& parent, int step) {
  const std::string key = link_count_key(parent);
  Result<std::string> value = work.attributes().get(place, key.c_str());
  if (!value && value.error().number() != ENODATA) return std::unexpected(value.error());
  std::uint32_t count = 0;
  if (value && value->size() == 4) {
    for (char byte : *value) count = count << 8 | static_cast<unsigned char>(byte);
  }
  if (step < 0 && count <= 1) {
    if (!value) return done;
    return work.attributes().remove(place, key.c_str());
  }
  count += static_cast<std::uint32_t>(step);
  return work.attributes().set(place, key.c_str(), as_bytes(counter_bytes(count)), 0);
}

}  // namespace

Result<Iatt> observe_parent(const Work& work, Subject& parent) {
  for (int attempt = 0;; ++attempt) {
    Result<int> open = open_parent(work, parent);
    if (!open) return std::unexpected(open.error());
    Result<Iatt> iatt = observe(work, parent, Place::open(*open));
    if (!iatt || iatt->links > 0) return iatt;
    if (attempt > 0) return failed(ESTALE);
    parent.directory.reset();
    parent.memory.reset();
  }
}

Result<Done> check_parent_attribute(const Work& work, const Subject& parent, const Dictionary& xdata) {
  std::optional<std::string_view> key = xdata.text("glusterfs.preop.parent.key");
  if (!key) return done;
  std::optional<Bytes> expected = xdata.bytes(*key);
  Result<std::string> there = work.attributes().get(Place::open(parent.directory->number()), std::string(*key).c_str());
  if (expected && there && as_text(*expected) == *there) return done;
  auto extra = std::make_shared<Dictionary>();
  extra->set("glusterfs.preop.check.failed", std::int64_t{1});
  return std::unexpected(Error(EIO, std::move(extra)));
}

Result<Making> begin_making(const Work& work, Subject& parent, Subject& object, const std::string& name,
                            const Dictionary& xdata) {
  Result<std::string> entry = entry_name(parent.gfid, name);
  if (!entry) return std::unexpected(entry.error());
  std::optional<Gfid> gfid = xdata.gfid("gfid-req");
  if (!gfid || gfid->is_null() || gfid->is_root()) return failed(EINVAL);
  if (Result<Done> space = check_space(work, xdata); !space) return std::unexpected(space.error());
  Result<Iatt> before = observe_parent(work, parent);
  if (!before) return std::unexpected(before.error());
  if (Result<Done> checked = check_parent_attribute(work, parent, xdata); !checked) {
    return std::unexpected(checked.error());
  }
  object.gfid = *gfid;
  object.memory = Memory{};
  return Making{object, parent, std::move(*entry), *before, {}, false, 0};
}

std::uint32_t masked_file_mode(const PosixOptions& options, std::uint32_t mode) {
  return (mode & ~0777U) | (mode & options.create_mask.bits & 0777U) | options.force_create_mode.bits;
}

std::uint32_t masked_directory_mode(const PosixOptions& options, std::uint32_t mode) {
  return (mode & 07000U) | (mode & options.create_directory_mask.bits & 0777U) | options.force_directory_mode.bits;
}

Result<Done> record_name(const Work& work, const Place& place, const Gfid& parent, const std::string& name) {
  if (work.options->update_link_count_parent) {
    if (Result<Done> counted = count_name(work, place, parent, 1); !counted) return counted;
  }
  if (!work.options->gfid2path) return done;
  const NameRecord record = name_record(parent, name);
  return work.attributes().set(place, record.key.c_str(), as_bytes(record.value), 0);
}

Result<Done> forget_name(const Work& work, const Place& place, const Gfid& parent, const std::string& name) {
  if (work.options->update_link_count_parent) {
    if (Result<Done> counted = count_name(work, place, parent, -1); !counted) return counted;
  }
  if (!work.options->gfid2path) return done;
  Result<Done> removed = work.attributes().remove(place, name_record(parent, name).key.c_str());
  if (!removed && removed.error().number() != ENODATA) return removed;
  return done;
}

Result<Done> forget_all_names(const Work& work, const Place& place) {
  Result<std::vector<std::string>> keys = work.attributes().list(place);
  if (!keys) return std::unexpected(keys.error());
  for (const std::string& key : *keys) {
    if (!key.starts_with(gfid2path_prefix)) continue;
    Result<std::string> value = work.attributes().get(place, key.c_str());
    const std::optional<RecordedName> record = value ? parse_name_record(*value) : std::nullopt;
    if (!record) continue;
    if (Result<Done> forgot = forget_name(work, place, record->parent, record->name); !forgot) return forgot;
  }
  return done;
}

Result<Done> dress(const Work& work, Making& making, const Dictionary& xdata) {
  Result<Done> dressed = dress_up_to_handle(work, making, xdata);
  if (!dressed) take_away(work, making);
  return dressed;
}

Result<fop::Made> finish_making(const Work& work, Making& making) {
  fop::Made reply;
  Result<FileStatus> status = status_of(work, making.place);
  if (!status) return std::unexpected(status.error());
  making.object.memory->inode = status->inode;
  making.object.memory->changed = status->changed;
  reply.iatt = make_iatt(*status, making.object.gfid, making.object.memory->times);
  reply.parent_before = making.parent_before;
  Result<Iatt> after = stamp_parent(work, making.parent);
  if (!after) return std::unexpected(after.error());
  reply.parent_after = *after;
  return reply;
}

}  // namespace mortar::posix
