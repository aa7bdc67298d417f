// Attributes of directories, which every subvolume has a copy of.
#pragma once

#include "translators/cluster/descriptors.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class DirectoryAttributes {
 public:
  // Both outlive this.
  DirectoryAttributes(Volume& volume, Descriptors& descriptors) : volume_(volume), descriptors_(descriptors) {}

  Task<fop::Attributes> on_directory(const Call& call, const fop::Stat& stat, DirectoryPointer directory);
  Task<fop::Attributes> on_directory(const Call& call, const fop::Fstat& stat, DirectoryPointer directory);
  Task<fop::Changed> on_directory(const Call& call, const fop::Setattr& set, DirectoryPointer directory);
  Task<fop::Changed> on_directory(const Call& call, const fop::Fsetattr& set, DirectoryPointer directory);
  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Fsyncdir& sync, DirectoryPointer directory);

 private:
  template <class Operation>
  Task<fop::Attributes> stat_directory(const Call& call, const Operation& stat, DirectoryPointer directory);
  template <class Operation>
  Task<fop::Changed> change_directory(const Call& call, const Operation& set, DirectoryPointer directory);

  Volume& volume_;
  Descriptors& descriptors_;
};

}  // namespace mortar::distribute
