// The kernel's form of attributes.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/iatt.h"
#include "translators/fuse/inode_table.h"
#include "translators/fuse/mount_options.h"
#include "wire/fop/types.h"

namespace mortar::fuse {

// The number programs see: of the gfid, but 1 for the root of the mount.
std::uint64_t shown_inode_number(const MountOptions& options, std::uint64_t kernel_number, const Gfid& gfid);
struct stat to_stat(const MountOptions& options, std::uint64_t kernel_number, const Iatt& iatt);
struct statvfs to_statvfs(const VolumeStatus& status);

// What a setattr asks for, the size apart: `to_set` are bits of FUSE_SET_ATTR_*. Answers the set_attribute bits.
std::int32_t attributes_to_set(const struct stat& wanted, int to_set, Moment now, Iatt& iatt);

Flock to_flock(const struct flock& lock, LockOwner owner);
struct flock to_system(const Flock& lock);
// Eight bytes, lowest first, as stock clients send them.
LockOwner to_lock_owner(std::uint64_t kernel_owner);

}  // namespace mortar::fuse
