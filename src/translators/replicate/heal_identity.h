// What copies have under a name without identity, as a crash leaves it or somebody puts it on a brick.
#pragma once

#include "translators/replicate/heal_making.h"

namespace mortar::replicate {

class IdentityHealer {
 public:
  // Both outlive this.
  IdentityHealer(Healing& healing, ObjectMaker& maker) : healing_(healing), volume_(healing.volume()), maker_(maker) {}

  // It becomes what the right copies have there, and is blamed for all of it; or it gets an identity of its own, and is
  // in the way. `testimony` is what the copies say of the name, and then what they say after that.
  Task<> heal(DirectoryJob& job, const std::string& name, Testimony& testimony, const Locked& locked);

 private:
  Task<> identify_as(DirectoryJob& job, const MissingName& missing, const Locked& locked);
  Task<> give(Place place, Copy copy, Gfid identity, const Locked& locked);
  // Whether that of a copy is not what counts, whatever it is.
  bool is_in_the_way(const DirectoryJob& job, const Testimony& testimony, Copy copy, Copies alike) const;

  Healing& healing_;
  Volume& volume_;
  ObjectMaker& maker_;
};

}  // namespace mortar::replicate
