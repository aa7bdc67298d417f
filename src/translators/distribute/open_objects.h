// Opening and releasing files and directories, and where an open file is.
#pragma once

#include "translators/cluster/descriptors.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class OpenObjects {
 public:
  // All outlive this.
  OpenObjects(Volume& volume, Finder& finder, Descriptors& descriptors)
      : volume_(volume), finder_(finder), descriptors_(descriptors) {}

  Task<fop::Opened> open(const Call& call, const fop::Open& open);
  Task<fop::Opened> opendir(const Call& call, const fop::Opendir& open);
  Task<fop::Acknowledged> release(const Call& call, const fop::Release& release);
  Task<fop::Acknowledged> releasedir(const Call& call, const fop::Releasedir& release);
  // Only within one subvolume: EXDEV where the caller has to copy.
  Task<fop::CopyFileRange::Reply> copy_file_range(const Call& call, const fop::CopyFileRange& copy);

  // A file that is open is where it was opened even when it has no name any more.
  Task<Where> find_open(const Call& call, Gfid gfid, const Fd& fd);

 private:
  template <class Operation>
  Task<fop::Acknowledged> release_everywhere(const Call& call, const Operation& release);

  Volume& volume_;
  Finder& finder_;
  Descriptors& descriptors_;
};

}  // namespace mortar::distribute
