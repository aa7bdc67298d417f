// The options of cluster/distribute, under the names that stock's volfiles carry.
#pragma once

#include <cstdint>
#include <string>

#include "translator/options.h"

namespace mortar {

struct DistributeOptions {
  std::string lookup_unhashed = "on";
  bool lookup_optimize = true;
  PercentOrSize min_free_disk{10, 0};
  PercentOrSize min_free_inodes{5, 0};
  bool weighted_rebalance = true;
  std::uint32_t directory_layout_spread = 0;
  bool readdir_optimize = false;
  std::string rsync_hash_regex;
  std::string extra_hash_regex;
  bool randomize_hash_range_by_gfid = false;
  std::string decommissioned_bricks;
  std::string attribute_prefix = "trusted.glusterfs.dht";
  bool assert_no_child_down = false;
  auto options(this auto& self) {
    return std::tuple(
        Option{"lookup-unhashed", self.lookup_unhashed,
               "Whether a name that is not where it hashes to is looked for everywhere (on, off, auto)"},
        Option{"lookup-optimize", self.lookup_optimize,
               "Not to look everywhere in directories whose layout is known to be complete"},
        Option{"min-free-disk", self.min_free_disk, "Below this, new files go elsewhere"},
        Option{"min-free-inodes", self.min_free_inodes, "Below this, new files go elsewhere"},
        Option{"weighted-rebalance", self.weighted_rebalance, "New layouts follow the sizes of the subvolumes"},
        Option{"directory-layout-spread", self.directory_layout_spread,
               "Over how many subvolumes a directory spreads; 0: all"},
        Option{"readdir-optimize", self.readdir_optimize, "Only the first subvolume is asked for directories"},
        Option{"rsync-hash-regex", self.rsync_hash_regex, "What of a temporary file's name is hashed"},
        Option{"extra-hash-regex", self.extra_hash_regex, "The same for other programs' temporary files"},
        Option{"randomize-hash-range-by-gfid", self.randomize_hash_range_by_gfid,
               "Where a layout begins follows from the gfid and not from the path"},
        Option{"decommissioned-bricks", self.decommissioned_bricks, "Subvolumes that get no new files"},
        Option{"xattr-name", self.attribute_prefix, "The name under which bricks keep layouts"},
        Option{"assert-no-child-down", self.assert_no_child_down, "For the rebalancer: end when a subvolume goes"});
  }
};

}  // namespace mortar
