// Removing a directory: it must be empty on all subvolumes. What was removed is made again where not all copies can be.
#pragma once

#include "translators/distribute/emptiness.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/heal_copies.h"

namespace mortar::distribute {

class DirectoryRemover {
 public:
  // All outlive this.
  DirectoryRemover(Volume& volume, Finder& finder, CopyHealer& copy_healer, Emptiness& emptiness)
      : volume_(volume), finder_(finder), copy_healer_(copy_healer), emptiness_(emptiness) {}

  Task<fop::Changed> rmdir(const Call& call, const fop::Rmdir& rmdir);

 private:
  struct Doomed;
  Task<> find_doomed(const Call& call, const fop::Rmdir& rmdir, Doomed& doomed);
  Task<> look_up_doomed(const Call& call, const fop::Rmdir& rmdir, Doomed& doomed);
  Task<fop::Changed> remove_copies(const Call& call, const fop::Rmdir& rmdir, Place hashed, const Doomed& doomed);

  Volume& volume_;
  Finder& finder_;
  CopyHealer& copy_healer_;
  Emptiness& emptiness_;
};

}  // namespace mortar::distribute
