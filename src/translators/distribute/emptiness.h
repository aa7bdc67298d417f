// Whether a directory is empty: but for link files that lead nowhere, which are removed.
#pragma once

#include "translators/distribute/finder.h"
#include "translators/distribute/link_files.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class Emptiness {
 public:
  // All outlive this.
  Emptiness(Volume& volume, LinkFiles& link_files, Finder& finder)
      : volume_(volume), link_files_(link_files), finder_(finder) {}

  // ENOTEMPTY where there is something.
  Task<> require(const Call& call, Gfid directory, Place place);
  // On all subvolumes that have the directory.
  Task<> require_everywhere(const Call& call, Gfid directory);
  // What a crash left on one subvolume only is neither listed nor found: looked up everywhere it is put in order, so
  // that the user sees what is in the way. One entry of each subvolume that is not where its name hashes to. It takes
  // the locks of names in the directory: nobody may hold another meanwhile.
  Task<> reveal(const Call& call, Gfid directory);

 private:
  // ENOTEMPTY where there is something to which it leads.
  Task<> remove_stale_link(const Call& call, Gfid directory, const EntryPlus& entry, Place place);

  Volume& volume_;
  LinkFiles& link_files_;
  Finder& finder_;
};

}  // namespace mortar::distribute
