// What distribute knows of objects: where a file's data is, and how a directory's names are spread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/gfid.h"
#include "base/iatt.h"
#include "translators/cluster/recent.h"
#include "translators/distribute/layout.h"

namespace mortar {

// The number of a subvolume: its place among the children, which is its place in the volfile.
using Place = std::size_t;

struct Directory {
  Gfid gfid;
  // One way to it, for its path; of the root, and where nobody looked it up by name, null and empty.
  Gfid parent;
  std::string name;
  Layout layout;
  // The subvolume whose attributes and extended attributes are the ones to follow.
  std::optional<Place> leader;
  // The latest times that any subvolume told.
  Moment accessed, modified, changed;
};
using DirectoryPointer = std::shared_ptr<Directory>;

// A file's place, or a directory.
struct Where {
  std::optional<Place> place;
  DirectoryPointer directory;  // null for a file
};

struct DistributeMemory {
  RecentObjects<DirectoryPointer> directories{65536};
  RecentObjects<Place> places{262144};
  // What a name led to when it was last looked up, listed or made here. Somebody else may have changed it since.
  RecentNames<Gfid> names{65536};
};

}  // namespace mortar
