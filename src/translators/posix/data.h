// What the operations on file contents have in common.
#pragma once

#include "translators/posix/work.h"
#include "wire/fop/types.h"

namespace mortar::posix {

// Open flags of the wire as the file system's. Those that are about names (create, exclusive) are left out.
int host_open_flags(const Work& work, std::uint32_t flags);
// Flags of a creation: without any, the new file is opened for reading and writing, and is to be a new one.
inline std::uint32_t creation_flags(std::uint32_t flags) {
  return flags == 0 ? open_flag::read_write | open_flag::exclusive : flags;
}

// The regular file a job works on: what the caller opened, else opened by its gfid for this job.
struct Content {
  std::shared_ptr<OpenFile> file;
  Iatt before;
  Place place() const { return Place::open(file->number()); }
};
// EISDIR for a directory, EINVAL for devices and pipes, ELOOP for a symbolic link.
Result<Content> open_content(const Work& work, Subject& object, bool to_write);

}  // namespace mortar::posix
