#include "translators/fuse/attributes.h"

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

namespace mortar::fuse {
namespace {

timespec to_timespec(const Moment& moment) {
  return {.tv_sec = moment.seconds, .tv_nsec = static_cast<long>(moment.nanoseconds)};
}

Moment to_moment(const timespec& time) { return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)}; }

}  // namespace

std::uint64_t shown_inode_number(const MountOptions& options, std::uint64_t kernel_number, const Gfid& gfid) {
  if (kernel_number == InodeTable::root_number) return 1;
  const std::uint64_t number = gfid.inode_number();
  if (!options.short_inode_numbers) return number;
  return (number ^ (number >> 32)) & 0xffffffff;
}

struct stat to_stat(const MountOptions& options, std::uint64_t kernel_number, const Iatt& iatt) {
  struct stat status{};
  status.st_ino = shown_inode_number(options, kernel_number, iatt.gfid);
  status.st_mode = iatt.mode;
  status.st_nlink = iatt.links;
  status.st_uid = iatt.uid;
  status.st_gid = iatt.gid;
  status.st_rdev = iatt.rdev;
  status.st_size = static_cast<off_t>(iatt.size);
  status.st_blksize = static_cast<blksize_t>(iatt.block_size);
  status.st_blocks = static_cast<blkcnt_t>(iatt.blocks);
  status.st_atim = to_timespec(iatt.accessed);
  status.st_mtim = to_timespec(iatt.modified);
  status.st_ctim = to_timespec(iatt.changed);
  return status;
}

struct statvfs to_statvfs(const VolumeStatus& status) {
  struct statvfs system{};
  system.f_bsize = status.block_size;
  system.f_frsize = status.fragment_size != 0 ? status.fragment_size : status.block_size;
  system.f_blocks = status.blocks;
  system.f_bfree = status.free;
  system.f_bavail = status.available;
  system.f_files = status.files;
  system.f_ffree = status.files_free;
  system.f_favail = status.files_available;
  system.f_namemax = status.name_max;
  return system;
}

std::int32_t attributes_to_set(const struct stat& wanted, int to_set, Moment now, Iatt& iatt) {
  std::int32_t valid = 0;
  const auto wants = [&](int bit, std::int32_t field) {
    if ((to_set & bit) == 0) return false;
    valid |= field;
    return true;
  };
  if (wants(FUSE_SET_ATTR_MODE, set_attribute::mode)) iatt.mode = wanted.st_mode;
  if (wants(FUSE_SET_ATTR_UID, set_attribute::uid)) iatt.uid = wanted.st_uid;
  if (wants(FUSE_SET_ATTR_GID, set_attribute::gid)) iatt.gid = wanted.st_gid;
  if (wants(FUSE_SET_ATTR_ATIME, set_attribute::accessed)) iatt.accessed = to_moment(wanted.st_atim);
  if (wants(FUSE_SET_ATTR_MTIME, set_attribute::modified)) iatt.modified = to_moment(wanted.st_mtim);
  if (wants(FUSE_SET_ATTR_ATIME_NOW, set_attribute::accessed | set_attribute::accessed_now)) iatt.accessed = now;
  if (wants(FUSE_SET_ATTR_MTIME_NOW, set_attribute::modified | set_attribute::modified_now)) iatt.modified = now;
  return valid;
}

Flock to_flock(const struct flock& lock, LockOwner owner) {
  Flock flock;
  flock.type = lock.l_type == F_RDLCK ? Flock::read : lock.l_type == F_WRLCK ? Flock::write : Flock::unlock;
  flock.whence = static_cast<std::uint32_t>(lock.l_whence);
  flock.start = static_cast<std::uint64_t>(lock.l_start);
  flock.length = static_cast<std::uint64_t>(lock.l_len);
  flock.pid = static_cast<std::uint32_t>(lock.l_pid);
  flock.owner = std::move(owner);
  return flock;
}

struct flock to_system(const Flock& lock) {
  struct flock system{};
  system.l_type = lock.type == Flock::read ? F_RDLCK : lock.type == Flock::write ? F_WRLCK : F_UNLCK;
  system.l_whence = static_cast<short>(lock.whence);
  system.l_start = static_cast<off_t>(lock.start);
  system.l_len = static_cast<off_t>(lock.length);
  system.l_pid = static_cast<pid_t>(lock.pid);
  return system;
}

LockOwner to_lock_owner(std::uint64_t kernel_owner) {
  LockOwner owner;
  for (int index = 0; index < 8; ++index) owner.push_back(static_cast<char>(kernel_owner >> (8 * index)));
  return owner;
}

}  // namespace mortar::fuse
