// The part of the simulated file system that tells and changes attributes, extended ones included.
#include <fcntl.h>
#include <linux/limits.h>
#include <linux/xattr.h>
#include <sys/stat.h>

#include <algorithm>

#include "simulation/disk/simulated_file_system.h"

namespace mortar {

namespace {

constexpr std::uint32_t permission_bits = 07777;
constexpr std::uint32_t unchanged_id = ~0u;
constexpr std::uint64_t pages_of_unlimited = 1 << 28;  // a terabyte, never used up

// Whether the key may be on that type of object.
int key_error(std::string_view key, std::uint32_t type, bool writing) {
  if (key.empty() || key.size() > XATTR_NAME_MAX) return ERANGE;
  const bool is_user = key.starts_with("user.");
  const bool known = is_user || key.starts_with("trusted.") || key.starts_with("security.") ||
                     key == "system.posix_acl_access" || key == "system.posix_acl_default";
  if (!known) return EOPNOTSUPP;
  if (is_user && type != S_IFREG && type != S_IFDIR) return writing ? EPERM : ENODATA;
  if (key.back() == '.') return EINVAL;
  if (key.starts_with("system.") && type == S_IFLNK) return EOPNOTSUPP;
  if (key == "system.posix_acl_default" && type != S_IFDIR && writing) return EACCES;
  return 0;
}

}  // namespace

void SimulatedFileSystem::put(InodeNumber number, InodeAttributes changed) {
  state_.perform({PutInode{number, changed, {}}});
}

FileStatus SimulatedFileSystem::status_of(InodeNumber number) const {
  const InodeAttributes told = attributes(number);
  FileStatus status{.inode = number, .device = device_, .rdev = told.rdev, .size = told.size};
  constexpr std::uint64_t blocks_per_page = page_size / 512;
  constexpr std::uint64_t longest_inline_target = 59;
  if (told.type() == S_IFREG) status.blocks = state_.data(number).pages() * blocks_per_page;
  if (told.type() == S_IFDIR) status.blocks = blocks_per_page;
  if (told.type() == S_IFLNK && told.size > longest_inline_target) status.blocks = blocks_per_page;
  status.mode = told.mode;
  status.links = told.links;
  status.uid = told.uid;
  status.gid = told.gid;
  status.block_size = page_size;
  status.accessed = told.accessed;
  status.modified = told.modified;
  status.changed = told.changed;
  return status;
}

Result<FileStatus> SimulatedFileSystem::status(int directory, const std::string& name) {
  if (Result<Done> entered = enter("status", false, name); !entered) return std::unexpected(entered.error());
  Result<Place> place = find(directory, name, Follow::no);
  if (!place) return std::unexpected(place.error());
  return status_of(place->inode);
}

Result<FileStatus> SimulatedFileSystem::status(int file) {
  if (Result<Done> entered = enter("status", false, {}, file); !entered) return std::unexpected(entered.error());
  Result<Open> open = opened(file);
  if (!open) return std::unexpected(open.error());
  return status_of(open->inode);
}

std::uint64_t SimulatedFileSystem::free_pages() const {
  if (!capacity_pages_) return pages_of_unlimited;
  const std::uint64_t used = state_.pages();
  return *capacity_pages_ > used ? *capacity_pages_ - used : 0;
}

Result<FileSystemStatus> SimulatedFileSystem::file_system_status(int file) {
  if (Result<Done> entered = enter("file_system_status", false, {}, file); !entered) {
    return std::unexpected(entered.error());
  }
  if (Result<Open> open = opened(file); !open) return std::unexpected(open.error());
  constexpr std::uint64_t most_inodes = 1 << 24;
  FileSystemStatus status{
      .block_size = page_size, .fragment_size = page_size, .blocks = capacity_pages_.value_or(pages_of_unlimited)};
  status.free = status.available = free_pages();
  status.files = most_inodes;
  status.files_free = status.files_available = most_inodes - state_.tree().size();
  status.id = device_;
  status.name_max = 255;
  return status;
}

Result<Done> SimulatedFileSystem::set_mode(InodeNumber number, std::uint32_t mode) {
  InodeAttributes changed = attributes(number);
  if (changed.type() == S_IFLNK) return failed(EOPNOTSUPP);
  changed.mode = changed.type() | (mode & permission_bits);
  changed.changed = now();
  put(number, changed);
  return done;
}

Result<Done> SimulatedFileSystem::set_owner(InodeNumber number, std::uint32_t uid, std::uint32_t gid) {
  InodeAttributes changed = attributes(number);
  if (uid != unchanged_id) changed.uid = uid;
  if (gid != unchanged_id) changed.gid = gid;
  // As the kernel does, also for root.
  if (changed.type() != S_IFDIR) {
    changed.mode &= ~static_cast<std::uint32_t>(S_ISUID);
    if ((changed.mode & S_IXGRP) != 0) changed.mode &= ~static_cast<std::uint32_t>(S_ISGID);
  }
  changed.changed = now();
  put(number, changed);
  return done;
}

Result<Done> SimulatedFileSystem::set_times(InodeNumber number, const Moment* accessed, const Moment* modified) {
  if (accessed == nullptr && modified == nullptr) return done;
  InodeAttributes changed = attributes(number);
  if (accessed != nullptr) changed.accessed = *accessed;
  if (modified != nullptr) changed.modified = *modified;
  changed.changed = now();
  put(number, changed);
  return done;
}

Result<std::string> SimulatedFileSystem::xattr_of(InodeNumber number, std::string_view key) const {
  const Inode& inode = state_.inode(number);
  if (const int error = key_error(key, inode.attributes.type(), false); error != 0) return failed(error);
  auto found = inode.xattrs.find(std::string(key));
  if (found == inode.xattrs.end()) return failed(ENODATA);
  return found->second;
}

Result<Done> SimulatedFileSystem::put_xattr(InodeNumber number, std::string_view key, Bytes value, int flags) {
  const Inode& inode = state_.inode(number);
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) != 0) return failed(EINVAL);
  if (value.size() > XATTR_SIZE_MAX) return failed(E2BIG);
  if (const int error = key_error(key, inode.attributes.type(), true); error != 0) return failed(error);
  const bool present = inode.xattrs.contains(std::string(key));
  if (present && (flags & XATTR_CREATE) != 0) return failed(EEXIST);
  if (!present && (flags & XATTR_REPLACE) != 0) return failed(ENODATA);
  InodeAttributes changed = inode.attributes;
  changed.changed = now();
  state_.perform({PutXattr{number, std::string(key), std::string(as_text(value))}, PutInode{number, changed, {}}});
  return done;
}

Result<Done> SimulatedFileSystem::drop_xattr(InodeNumber number, std::string_view key) {
  const Inode& inode = state_.inode(number);
  if (const int error = key_error(key, inode.attributes.type(), true); error != 0) return failed(error);
  if (!inode.xattrs.contains(std::string(key))) return failed(ENODATA);
  InodeAttributes changed = inode.attributes;
  changed.changed = now();
  state_.perform({PutXattr{number, std::string(key), std::nullopt}, PutInode{number, changed, {}}});
  return done;
}

std::vector<std::string> SimulatedFileSystem::xattrs_of(InodeNumber number) const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : state_.inode(number).xattrs) keys.push_back(key);
  return keys;
}

Result<Done> SimulatedFileSystem::change_mode(int directory, const std::string& name, std::uint32_t mode) {
  if (Result<Done> entered = enter("change_mode", true, name); !entered) return entered;
  Result<Place> place = find(directory, name, Follow::no);
  if (!place) return std::unexpected(place.error());
  return set_mode(place->inode, mode);
}

Result<Done> SimulatedFileSystem::change_mode(int file, std::uint32_t mode) {
  if (Result<Done> entered = enter("change_mode", true, {}, file); !entered) return entered;
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  return set_mode(*number, mode);
}

Result<Done> SimulatedFileSystem::change_owner(int directory, const std::string& name, std::uint32_t uid,
                                               std::uint32_t gid) {
  if (Result<Done> entered = enter("change_owner", true, name); !entered) return entered;
  Result<Place> place = find(directory, name, Follow::no);
  if (!place) return std::unexpected(place.error());
  return set_owner(place->inode, uid, gid);
}

Result<Done> SimulatedFileSystem::change_owner(int file, std::uint32_t uid, std::uint32_t gid) {
  if (Result<Done> entered = enter("change_owner", true, {}, file); !entered) return entered;
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  return set_owner(*number, uid, gid);
}

Result<Done> SimulatedFileSystem::change_times(int directory, const std::string& name, const Moment* accessed,
                                               const Moment* modified) {
  if (Result<Done> entered = enter("change_times", true, name); !entered) return entered;
  Result<Place> place = find(directory, name, Follow::no);
  if (!place) return std::unexpected(place.error());
  return set_times(place->inode, accessed, modified);
}

Result<Done> SimulatedFileSystem::change_times(int file, const Moment* accessed, const Moment* modified) {
  if (Result<Done> entered = enter("change_times", true, {}, file); !entered) return entered;
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  return set_times(*number, accessed, modified);
}

Result<std::string> SimulatedFileSystem::get_xattr(int file, const char* key) {
  if (Result<Done> entered = enter("get_xattr", false, key, file); !entered) return std::unexpected(entered.error());
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  return xattr_of(*number, key);
}

Result<std::string> SimulatedFileSystem::get_xattr(int directory, const std::string& name, const char* key) {
  if (Result<Done> entered = enter("get_xattr", false, name); !entered) return std::unexpected(entered.error());
  Result<Place> place = find(directory, name, Follow::no);
  if (!place) return std::unexpected(place.error());
  return xattr_of(place->inode, key);
}

Result<Done> SimulatedFileSystem::set_xattr(int file, const char* key, Bytes value, int flags) {
  if (Result<Done> entered = enter("set_xattr", true, as_text(value), file); !entered) return entered;
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  return put_xattr(*number, key, value, flags);
}

Result<Done> SimulatedFileSystem::set_xattr(int directory, const std::string& name, const char* key, Bytes value,
                                            int flags) {
  if (Result<Done> entered = enter("set_xattr", true, name); !entered) return entered;
  Result<Place> place = find(directory, name, Follow::no);
  if (!place) return std::unexpected(place.error());
  return put_xattr(place->inode, key, value, flags);
}

Result<Done> SimulatedFileSystem::remove_xattr(int file, const char* key) {
  if (Result<Done> entered = enter("remove_xattr", true, key, file); !entered) return entered;
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  return drop_xattr(*number, key);
}

Result<Done> SimulatedFileSystem::remove_xattr(int directory, const std::string& name, const char* key) {
  if (Result<Done> entered = enter("remove_xattr", true, name); !entered) return entered;
  Result<Place> place = find(directory, name, Follow::no);
  if (!place) return std::unexpected(place.error());
  return drop_xattr(place->inode, key);
}

Result<std::vector<std::string>> SimulatedFileSystem::list_xattrs(int file) {
  if (Result<Done> entered = enter("list_xattrs", false, {}, file); !entered) return std::unexpected(entered.error());
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  return xattrs_of(*number);
}

Result<std::vector<std::string>> SimulatedFileSystem::list_xattrs(int directory, const std::string& name) {
  if (Result<Done> entered = enter("list_xattrs", false, name); !entered) return std::unexpected(entered.error());
  Result<Place> place = find(directory, name, Follow::no);
  if (!place) return std::unexpected(place.error());
  return xattrs_of(place->inode);
}

}  // namespace mortar
