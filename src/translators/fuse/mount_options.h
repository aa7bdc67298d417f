// What a mount is asked to be: the client's command line, less where the volume comes from. Defaults are stock's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "translator/volfile.h"

namespace mortar::fuse {

struct MountOptions {
  std::string directory;                    // where it is mounted
  std::string source;                       // what mount and df show, "server:/volume"
  std::vector<std::string> kernel_options;  // words for the kernel's mount, as they are

  // Seconds the kernel may believe a name, and attributes, without asking.
  static constexpr double as_the_volume_says = -1;  // a second, or for as long as bricks tell of changes
  double entry_timeout = as_the_volume_says;
  double attribute_timeout = as_the_volume_says;
  double negative_timeout = 0;
  std::chrono::seconds group_timeout{300};  // how long the groups of a process are remembered

  bool read_only = false;
  bool acl = false;         // POSIX ACLs; off: the kernel checks the mode bits alone
  bool selinux = false;     // security.selinux (and security.capability) go through
  bool capability = false;  // security.capability goes through
  bool short_inode_numbers = false;
  bool readdir_with_attributes = true;
  bool invalidate_on_change = true;  // the kernel drops cached pages when size or time of a file changed
  bool keep_cache_on_open = true;
  bool writeback_cache = false;
  std::optional<bool> direct_io;  // absent: what the opener asked for with O_DIRECT
  unsigned background_requests = 64;
  std::optional<unsigned> congestion_threshold;  // absent: three quarters of background_requests
  std::uint32_t time_granularity = 1;            // nanoseconds
  std::optional<std::int32_t> client_pid;        // the identity all calls carry, for internal mounts
  bool no_root_squash = false;
};

// The mount as if it were a translator of a volume file.
VolumeSection section_of(const MountOptions& options);

}  // namespace mortar::fuse
