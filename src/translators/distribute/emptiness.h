// Whether a directory is empty: but for link files that lead nowhere, which are removed.
#pragma once

#include "translators/distribute/link_files.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class Emptiness {
 public:
  // Both outlive this.
  Emptiness(Volume& volume, LinkFiles& link_files) : volume_(volume), link_files_(link_files) {}

  // ENOTEMPTY where there is something.
  Task<> require(const Call& call, Gfid directory, Place place);
  // On all subvolumes that have the directory.
  Task<> require_everywhere(const Call& call, Gfid directory);

 private:
  // ENOTEMPTY where there is something to which it leads.
  Task<> remove_stale_link(const Call& call, Gfid directory, const EntryPlus& entry, Place place);

  Volume& volume_;
  LinkFiles& link_files_;
};

}  // namespace mortar::distribute
