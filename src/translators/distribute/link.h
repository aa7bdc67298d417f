// A further name for a file: made where the data is, with a link file where the name hashes to another subvolume.
#pragma once

#include "translators/distribute/finder.h"
#include "translators/distribute/link_files.h"

namespace mortar::distribute {

class Linker {
 public:
  // All outlive this.
  Linker(Volume& volume, LinkFiles& link_files, Finder& finder)
      : volume_(volume), link_files_(link_files), finder_(finder) {}

  Task<fop::Made> link(const Call& call, const fop::Link& link);

 private:
  Task<fop::Made> link_at(const Call& call, const fop::Link& link, NamePlace to, Place place);
  Task<fop::Made> lock_and_link(const Call& call, const fop::Link& link, NamePlace to, Place place);
  Task<fop::Made> link_elsewhere(const Call& call, const fop::Link& link, NamePlace to, Place place);
  Task<fop::Made> link_again(const Call& call, const fop::Link& link, NamePlace to, Place place);
  Task<> link_at_target(const Call& call, const fop::Link& link, Place hashed, Place place, fop::Made& made);

  Volume& volume_;
  LinkFiles& link_files_;
  Finder& finder_;
};

}  // namespace mortar::distribute
