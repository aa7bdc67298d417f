// Layouts of directories: made for new ones, written, and made anew where the ranges of the subvolumes leave holes or
// overlap, or where the volume has changed.
//
//   layouts.cpp       what a new layout is, and writing it
//   heal_layout.cpp   making one anew
#pragma once

#include <optional>
#include <string>

#include "translators/distribute/usage.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class Layouts {
 public:
  // Both outlive this.
  Layouts(Volume& volume, Usage& usage) : volume_(volume), usage_(usage) {}

  // For a directory that is being made; it may be made where the result has no `err`.
  Layout layout_for_new(const Gfid& gfid, const std::optional<std::string>& path) const;
  // Where the directory is, as the layout says. The first error of those that could not be written.
  Task<> write_layout(const Call& call, Gfid gfid, const Layout& layout);
  // A new layout where the one there is still has holes or overlaps. Of a directory that was just made here it is known
  // that who is away has no range. That it cannot be done is no failure: it is told to the log, and `directory` stays.
  Task<> heal_layout(const Call& call, DirectoryPointer directory, bool just_made = false);
  // Spreads the names of a directory over the subvolumes that the volume has now. EIO while it is not on all of them.
  Task<> fix_layout(const Call& call, DirectoryPointer directory);

 private:
  // For a directory of which `present` is known. `path` decides where the layout starts.
  Layout new_layout(const Gfid& gfid, const std::optional<std::string>& path, const Layout& present,
                    std::uint32_t commit_hash) const;
  Dealing dealing(const Gfid& gfid, const std::optional<std::string>& path,
                  std::uint32_t commit_hash = invalid_commit_hash) const;
  std::uint32_t new_commit_hash() const;
  // In the place of another one; under its lock.
  Task<> replace_layout(const Call& call, Gfid gfid, const Layout& present, const Layout& wanted);
  Task<> lock_layout(LockSet& locks, const Directory& directory);
  Task<> heal_layout_locked(const Call& call, DirectoryPointer directory, bool just_made);
  Task<> fix_layout_locked(const Call& call, DirectoryPointer directory);
  Result<std::optional<Layout>> layout_to_become(const Directory& directory) const;

  Volume& volume_;
  Usage& usage_;
};

}  // namespace mortar::distribute
