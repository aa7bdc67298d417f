// The part of the file system that is kept for internal operations, and the sizes that clients are shown.
#pragma once

#include <cstdint>

#include "runtime/file_system.h"
#include "translators/posix/options.h"
#include "wire/fop/types.h"

namespace mortar::posix {

// Blocks that ordinary clients may not take.
std::uint64_t reserved_blocks(const FileSystemStatus& status, const PosixOptions& options);
bool reserve_is_reached(const FileSystemStatus& status, const PosixOptions& options);
// Without the reserve, and this brick's share where several bricks of the volume lie on the file system.
VolumeStatus shown_status(const FileSystemStatus& status, const PosixOptions& options);

}  // namespace mortar::posix
