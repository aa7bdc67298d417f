// Extended attributes that are commands for distribute when they are set:
//   distribute.fix.layout   on a directory: spreads its names over the subvolumes that the volume has now
#pragma once

#include "translators/distribute/finder.h"
#include "translators/distribute/layouts.h"

namespace mortar::distribute {

inline constexpr const char* fix_layout_key = "distribute.fix.layout";

class Commands {
 public:
  // All outlive this.
  Commands(Volume& volume, Layouts& layouts, Finder& finder) : volume_(volume), layouts_(layouts), finder_(finder) {}

  bool is_command(const fop::Setxattr& set) const;
  // A file has no `directory`. EPERM for users, EOPNOTSUPP for what is not for it, ENOTCONN while a subvolume is away.
  Task<fop::Acknowledged> obey(const Call& call, const fop::Setxattr& set, DirectoryPointer directory);

 private:
  Volume& volume_;
  Layouts& layouts_;
  Finder& finder_;
};

}  // namespace mortar::distribute
