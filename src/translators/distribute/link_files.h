// Link files: regular files without a byte, of mode 01000, with the name of a subvolume in an extended attribute. One
// stands where a name hashes to while the data is elsewhere.
//
// Volume::is_link_file() tells one, in an answer to a lookup with OwnKeys::link.
#pragma once

#include <optional>
#include <string>

#include "translators/distribute/volume.h"

namespace mortar::distribute {

class LinkFiles {
 public:
  // `volume` outlives this.
  explicit LinkFiles(Volume& volume) : volume_(volume) {}

  // A link file at `at` for a file whose data is at `data`. One that is there already for this gfid will do; EEXIST
  // where something else is. `replace`: a link file for another file gives way. `believed`: the directory as it is
  // known, where that is to be checked (layout_check.h).
  Task<> make(const Call& call, Gfid parent, std::string entry, const Iatt& file, Place at, Place data,
              bool replace = false, const Directory* believed = nullptr);
  // The link file at `at` belongs to whom the file belongs, for quota and for whoever looks at the brick. Nothing
  // depends on it: failures are told to the log.
  Task<> give_owner(Call root, Iatt file, Place at);
  // Only what is a link file and not open; failures are told to the log.
  Task<> remove(const Call& call, Gfid parent, std::string entry, Place at);
  // Where a file that is being moved goes to, of which `place` has the data; nothing where it is not. It names its
  // target in the same attribute as a link file.
  Task<std::optional<Place>> target_of_move(const Call& call, Gfid gfid, Place place);

 private:
  Volume& volume_;
};

}  // namespace mortar::distribute
