// Making the owner, the mode, the times and the extended attributes of copies alike.
#pragma once

#include "translators/replicate/healing.h"

namespace mortar::replicate {

class MetadataHealer {
 public:
  // `healing` outlives this.
  explicit MetadataHealer(Healing& healing) : healing_(healing), volume_(healing.volume()) {}

  Task<HealReport> heal(Gfid gfid);
  // Whether there is nothing to copy from one to another; of a directory, but the times.
  Task<bool> are_alike(Gfid gfid, const Testimony& testimony);
  // All of it, to a copy that is behind, whatever marks say. The caller has the object to itself.
  Task<> copy(Gfid gfid, Copy source, Copy sink, const Locked& locked);
  // Only the times, which others may read off while they are being copied, and unless the other copy was changed later.
  Task<> copy_times(Gfid gfid, Copy source, Copy sink, const Locked& locked);
  // As the copy keeps them; nothing where it keeps none.
  Task<std::optional<Value>> times_of(Gfid gfid, Copy copy);

 private:
  Task<HealReport> heal_locked(Gfid gfid, const Locked& locked);
  // The copy was changed later than those that are right, by what came to no end, or by what is right on this one only.
  // Times are never lowered, as users may change them at this moment: the others get those.
  Task<> raise_times(Gfid gfid, const Testimony& testimony, Copy later, const Locked& locked);
  Task<> copy_xattrs(Gfid gfid, Copy source, Copy sink, const Locked& locked);

  Healing& healing_;
  Volume& volume_;
};

// That too few copies were heard to begin; nothing where they are enough.
std::optional<HealReport> postponed_for_want_of_copies(const Volume& volume, Copies heard);

}  // namespace mortar::replicate
