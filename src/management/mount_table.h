// Where a path is mounted from, as the kernel tells.
#pragma once

#include <string>
#include <string_view>

#include "runtime/file_system.h"

namespace mortar {

struct MountEntry {
  std::string device, directory, type, options;

  // The path below the mount point, "/" first.
  std::string place_of(std::string_view path) const;
};

// The mount that a path is in: of /proc/self/mounts the last entry with the longest directory above the path. Empty
// where there is no such table.
MountEntry mount_of(FileSystem& files, std::string_view path);

}  // namespace mortar
