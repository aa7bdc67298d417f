// How others know whether a brick may have lost something. It is in one epoch for as long as whatever it has said is
// done is still there: across kills of its process, and across starts of the machine where it was stopped before and
// had written everything down. Where a machine went down under it, the next start begins another epoch.
//
// A file on the brick says in which epoch it is, and under which start of the machine it is being served. What goes
// unnoticed is a file system that failed and was mounted again while the machine ran on.
#pragma once

#include <string>

#include "base/gfid.h"
#include "runtime/file_system.h"

namespace mortar::index {

// The epoch of a brick that is about to be served: that of before, or `fresh`. `boot`: of the machine (World::boot_id).
// The file is on the disk then. Blocks.
Result<Gfid> enter_epoch(FileSystem& files, const std::string& path, const Gfid& boot, const Gfid& fresh);

// It is served no more, and all of it is on the disk. Blocks.
Result<Done> leave_epoch(FileSystem& files, const std::string& path, const Gfid& epoch);

}  // namespace mortar::index
