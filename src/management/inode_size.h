// How large the inodes of a file system are. No call tells it of every file system: it stands in the superblock.
#pragma once

#include <cstdint>
#include <optional>

#include "management/mount_table.h"

namespace mortar {

// Of XFS and of ext2 to ext4; none where it is not known. Reads from the device.
std::optional<std::uint32_t> inode_size(FileSystem& files, const MountEntry& mount);

}  // namespace mortar
