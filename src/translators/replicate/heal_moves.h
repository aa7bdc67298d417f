// Giving what a copy has already the name that it lacks: it was kept aside, has the name of before a rename, or gets a
// second one.
#pragma once

#include "translators/replicate/heal_aside.h"

namespace mortar::replicate {

class NameMover {
 public:
  // All outlive this.
  NameMover(Healing& healing, MetadataHealer& metadata, HealAside& aside)
      : healing_(healing), volume_(healing.volume()), metadata_(metadata), aside_(aside) {}

  // `there`: the object as the sink has it.
  Task<> bring(const DirectoryJob& job, const MissingName& missing, Iatt there, const Locked& locked);

 private:
  // Whether it was moved from where only this copy has it still, in a directory that is gone: nobody heals that.
  Task<bool> take_from_what_is_gone(const MissingName& missing, const Locked& locked);
  // A directory of which copies that are right have different names, as a rename of it came to no end: the name that
  // more copies have counts. False where that is another one.
  Task<bool> take_from_fewer(const MissingName& missing, const Locked& locked);
  // The only name on that copy, which the right ones do not have: of a file it would be a second one. That of a
  // directory only where it stays in its parent.
  Task<bool> take_from_wrong_name(const MissingName& missing, const Locked& locked);
  Task<bool> move_from_wrong_name(Place place, const MissingName& missing, const Locked& locked);
  Task<bool> is_wrong_name(Place place, const MissingName& missing, const Locked& locked);
  // Who has the object there.
  Task<Copies> holders_of(Place place, Gfid object, Copies copies);
  Task<Locked> lock_soon(const LockedThing& thing, Refusals& refusals);
  // A name of the copy is taken for that one.
  Task<> move_from(Place place, const MissingName& missing, const Locked& locked);
  Task<> link(const MissingName& missing, const Locked& locked);

  Healing& healing_;
  Volume& volume_;
  MetadataHealer& metadata_;
  HealAside& aside_;
};

}  // namespace mortar::replicate
