// Taking away the contradiction where all copies of an object are blamed: one copy is found right by a ruling, it
// blames all others, and nobody blames it any more. From then on the marks say one direction, and the heal is one like
// others.
//
// That happens while the object is locked on all copies, so that what is taken back is what was read, and no user's
// change comes between. It may end at any point: before the last step the object is in split brain as it was.
#pragma once

#include "translators/replicate/heal_metadata.h"
#include "translators/replicate/ruling.h"

namespace mortar::replicate {

// In which parts all copies of an object are blamed.
struct Split {
  bool content = false;
  bool attributes = false;
  bool any() const { return content || attributes; }
};

Split split_of(const Testimony& testimony, const Volume& volume);

class SplitBrains {
 public:
  // Both outlive this.
  SplitBrains(Healing& healing, MetadataHealer& metadata)
      : healing_(healing), volume_(healing.volume()), metadata_(metadata) {}

  // As all copies say. EAGAIN where one of them does not answer, or does not have it.
  Task<Split> look(Gfid gfid);
  // The parts that are split: by the ruling, or without one where there is nothing to lose. EIO with the reason where
  // it does not decide; ENOTCONN where a copy is away.
  Task<> settle(Gfid gfid, Split split, Ruling ruling);

 private:
  Task<> settle_part(LockedThing thing, Slot slot, Ruling ruling);
  Task<> settle_locked(Gfid gfid, Slot slot, Ruling ruling, const Locked& locked);
  Task<Copy> choose(Gfid gfid, Slot slot, Ruling ruling, const Testimony& testimony);

  Healing& healing_;
  Volume& volume_;
  MetadataHealer& metadata_;
};

}  // namespace mortar::replicate
