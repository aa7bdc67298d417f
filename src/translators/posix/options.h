// What a volume section of type storage/posix can say. Unknown keys are ignored.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>

#include "translator/options.h"

namespace mortar::posix {

// Permission bits in octal text ("0644"), as stock volfiles write them.
struct ModeBits {
  std::uint32_t bits = 0;
  friend auto operator<=>(const ModeBits&, const ModeBits&) = default;
};
bool parse_option(std::string_view text, ModeBits& value);

struct PosixOptions {
  std::string directory;
  std::string volume_id;
  std::string glusterd_uuid;
  std::string host_name;
  bool node_uuid_pathinfo = false;
  bool export_statfs_size = true;
  std::int32_t shared_brick_count = 1;
  PercentOrSize reserve{1, 0};
  bool gfid2path = true;
  std::string gfid2path_separator = ":";
  bool fips_mode_rchecksum = false;
  bool update_link_count_parent = false;
  bool ctime = true;
  bool mandate_attribute = true;
  std::int64_t owner_uid = -1;
  std::int64_t owner_gid = -1;
  ModeBits force_create_mode{0};
  ModeBits force_directory_mode{0};
  ModeBits create_mask{0777};
  ModeBits create_directory_mask{0777};
  std::uint32_t max_hardlinks = 100;
  std::chrono::seconds health_check_interval{30};
  std::chrono::seconds health_check_timeout{20};
  std::chrono::seconds janitor_sleep{10};
  bool disable_landfill_purge = false;
  std::string batch_fsync_mode = "reverse-fsync";
  std::uint32_t batch_fsync_delay = 0;
  bool background_unlink = false;
  bool direct = false;
  bool run_inline = true;

  auto options(this auto& self) {
    using namespace std::chrono_literals;
    return std::tuple(
        Option{"directory", self.directory, "The brick's directory."},
        Option{"volume-id", self.volume_id, "Identity of the volume the brick must belong to."},
        Option{"glusterd-uuid", self.glusterd_uuid, "Identity of the server the brick runs on."},
        Option{"hostname", self.host_name, "What path information calls this server."},
        Option{"node-uuid-pathinfo", self.node_uuid_pathinfo, "Path information names the server by its identity."},
        Option{"export-statfs-size", self.export_statfs_size, "Count this brick in the volume's size."},
        Option{"shared-brick-count", self.shared_brick_count, "Bricks of the volume on this file system."},
        Option{"reserve", self.reserve, "Space that only internal operations may use."},
        Option{"gfid2path", self.gfid2path, "Record the names of a file at the file."},
        Option{"gfid2path-separator", self.gfid2path_separator, "Stands between the paths of a file."},
        Option{"fips-mode-rchecksum", self.fips_mode_rchecksum, "Checksums of ranges are SHA-256, not MD5."},
        Option{"update-link-count-parent", self.update_link_count_parent, "Record how often a parent names a file."},
        Option{"ctime", self.ctime, "Times come from the clients and are the same on all copies."},
        Option{"mandate-attribute", self.mandate_attribute, "Refuse a file system without extended attributes."},
        Option{"brick-uid", self.owner_uid, "Owner of the volume's root.", -1, 4294967294},
        Option{"brick-gid", self.owner_gid, "Group of the volume's root.", -1, 4294967294},
        Option{"force-create-mode", self.force_create_mode, "Bits every new file gets."},
        Option{"force-directory-mode", self.force_directory_mode, "Bits every new directory gets."},
        Option{"create-mask", self.create_mask, "Bits a new file may get."},
        Option{"create-directory-mask", self.create_directory_mask, "Bits a new directory may get."},
        Option{"max-hardlinks", self.max_hardlinks, "Names a file may have; 0: as many as the file system allows."},
        Option{"health-check-interval", self.health_check_interval, "Between checks of the disk; 0: none.", 0s,
               365 * 24h},
        Option{"health-check-timeout", self.health_check_timeout, "How long a check of the disk may take.", 0s, 24h},
        Option{"janitor-sleep-duration", self.janitor_sleep, "Between purges of removed trees.", 1s, 24h},
        Option{"disable-landfill-purge", self.disable_landfill_purge, "Keep removed trees."},
        Option{"batch-fsync-mode", self.batch_fsync_mode, "How flushes that may be batched are done."},
        Option{"batch-fsync-delay-usec", self.batch_fsync_delay, "How long flushes are collected, in microseconds."},
        Option{"background-unlink", self.background_unlink, "Free the data of removed files later."},
        Option{"o-direct", self.direct, "Bypass the page cache."},
        Option{"inline-calls", self.run_inline, "Quick file system calls are made by the loop itself."});
  }
};

}  // namespace mortar::posix
