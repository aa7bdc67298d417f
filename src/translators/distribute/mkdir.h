// Making a directory: first where its name hashes to, which decides whether there is one already, then on all other
// subvolumes at once.
#pragma once

#include <vector>

#include "translators/distribute/finder.h"
#include "translators/distribute/layouts.h"
#include "translators/distribute/rename_locks.h"
#include "translators/distribute/usage.h"

namespace mortar::distribute {

class DirectoryMaker {
 public:
  // All outlive this.
  DirectoryMaker(Volume& volume, Usage& usage, Layouts& layouts, Finder& finder)
      : volume_(volume), usage_(usage), layouts_(layouts), finder_(finder) {}

  Task<fop::Made> mkdir(const Call& call, const fop::Mkdir& mkdir);

 private:
  struct NewDirectory;
  Task<> mkdir_locked(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made, RenameLocks& locks);
  Task<> spread(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made);
  Task<> spread_to(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made, Place place);
  Task<> take_back(const Call& call, const fop::Mkdir& mkdir, std::vector<Place> places);

  Volume& volume_;
  Usage& usage_;
  Layouts& layouts_;
  Finder& finder_;
};

}  // namespace mortar::distribute
