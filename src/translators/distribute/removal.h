// Removing a file's name: where the data is and, where that is another subvolume, the link file where it hashes to.
#pragma once

#include <optional>

#include "translators/distribute/finder.h"
#include "translators/distribute/link_files.h"

namespace mortar::distribute {

class FileRemover {
 public:
  // All outlive this.
  FileRemover(Volume& volume, LinkFiles& link_files, Finder& finder)
      : volume_(volume), link_files_(link_files), finder_(finder) {}

  Task<fop::Changed> unlink(const Call& call, const fop::Unlink& unlink);

 private:
  // `found`: what a lookup of the name has just answered. EISDIR where it is a directory.
  Result<Place> place_to_unlink(const fop::Unlink& unlink, const fop::Lookup::Reply& found);
  // Once nobody moves the file any more: under the lock of those who do.
  Task<fop::Changed> unlink_unmoved(const Call& call, const fop::Unlink& unlink, Place place);
  Task<fop::Changed> unlink_at(const Call& call, const fop::Unlink& unlink, std::optional<Place> hashed, Place place);

  Volume& volume_;
  LinkFiles& link_files_;
  Finder& finder_;
};

}  // namespace mortar::distribute
