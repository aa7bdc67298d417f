// How far the kernel reads ahead of who reads a file from front to back. Its own measure is that of a disk, 128 KiB,
// and a file system in user space cannot ask for more when it is mounted: the administrator's place for it is sysfs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mortar::fuse {

// Of what is mounted on that directory last. Where sysfs cannot be written the kernel's measure stays.
Result<Done> set_read_ahead(const std::string& directory, std::size_t bytes);

// The device number ("0:47") of the last mount on a directory, in the text of /proc/self/mountinfo; empty where there
// is none.
std::string device_of_mount(std::string_view mountinfo, std::string_view directory);

}  // namespace mortar::fuse
