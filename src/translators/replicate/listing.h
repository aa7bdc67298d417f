// Listing directories: one copy from the beginning to the end, for positions are of its disk.
//
// Attributes that come with entries are only those of objects whose copy there is known to be right; for the others the
// caller looks them up, which asks all copies.
#pragma once

#include "translators/replicate/reads.h"

namespace mortar::replicate {

class Listing {
 public:
  // All outlive this.
  Listing(Volume& volume, Asking& asking, Finder& finder)
      : volume_(volume), asking_(asking), finder_(finder) {}

  Task<fop::Readdir::Reply> list(const Call& call, const fop::Readdir& readdir);
  Task<fop::Readdirp::Reply> list(const Call& call, const fop::Readdirp& readdir);

 private:
  // A copy that is right.
  Task<Copy> begin_at(const Call& call, Gfid gfid);
  template <class Operation>
  Task<typename Operation::Reply> list_at(const Call& call, const Operation& readdir, Copy& copy);

  Volume& volume_;
  Asking& asking_;
  Finder& finder_;
};

}  // namespace mortar::replicate
