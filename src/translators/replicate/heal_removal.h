// Taking from a copy what it has under a name and the right copies do not. What these have elsewhere, or what holds
// something that they may have elsewhere, is kept aside.
#pragma once

#include "translators/replicate/heal_aside.h"

namespace mortar::replicate {

class NameRemover {
 public:
  // All outlive this.
  NameRemover(Healing& healing, MetadataHealer& metadata, HealAside& aside)
      : healing_(healing), metadata_(metadata), aside_(aside) {}

  // `there`: what the sink has at that place. `source`: a copy that is right about the name.
  Task<> expunge(Copy sink, Place place, Iatt there, Copy source, const Locked& locked);

 private:
  Task<> remove_directory(Copy sink, Place place, Gfid there, const Locked& locked);
  Task<> remove_name(Copy sink, Place place, const Locked& locked);

  Healing& healing_;
  MetadataHealer& metadata_;
  HealAside& aside_;
};

}  // namespace mortar::replicate
