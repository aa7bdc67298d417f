// What distribute knows of objects: where a file's data is, how a directory's names are spread, and the latest times of
// a directory that any of its copies told.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/dictionary.h"
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
  Times times;
};
using DirectoryPointer = std::shared_ptr<Directory>;

// A file's place, or a directory.
struct Where {
  std::optional<Place> place;
  DirectoryPointer directory;  // null for a file
};

class DistributeMemory {
 public:
  RecentObjects<DirectoryPointer> directories{65536};
  RecentObjects<Place> places{262144};
  // What a name led to when it was last looked up, listed or made here. Somebody else may have changed it since.
  RecentNames<Gfid> names{65536};
  // Names that were looked for everywhere and stood nowhere, with their directory as it was known then.
  RecentNames<DirectoryPointer> absent{1024};

  // Where an object is; nothing where it is not known.
  std::optional<Where> where(const Gfid& gfid);
  // `entry` is empty where it is not known.
  void remember_file(const Iatt& file, Place place, const Gfid& parent, const std::string& entry);

  // An iatt of a directory as users see it: of fixed size, with the latest times that are known. Remembers its times.
  Iatt of_directory(Iatt iatt);
  // The attributes of parents in an answer, as users see them.
  template <class Reply>
  void settle_parents(Reply& reply);
  // Times that all copies told now: somebody may have set them back.
  void learn_times(const Gfid& gfid, const Iatt& iatt);
  // The same, unless something is known that is later than what was `known` when they were asked.
  void learn_times_since(const Gfid& gfid, const Times& known, const Iatt& iatt);

  // The path of a directory, or of its entry, as far as it is known; where it is not, nothing.
  std::optional<std::string> path_of(const Directory& directory);
  std::optional<std::string> path_of(const Directory& parent, std::string_view entry);
};

template <class Reply>
void DistributeMemory::settle_parents(Reply& reply) {
  if constexpr (requires { reply.old_parent_after; }) {
    for (Iatt* parent :
         {&reply.old_parent_before, &reply.old_parent_after, &reply.new_parent_before, &reply.new_parent_after}) {
      *parent = of_directory(*parent);
    }
  } else if constexpr (requires { reply.parent_after; }) {
    reply.parent_before = of_directory(reply.parent_before);
    reply.parent_after = of_directory(reply.parent_after);
  } else {
    reply.before = of_directory(reply.before);
    reply.after = of_directory(reply.after);
  }
}

}  // namespace mortar
