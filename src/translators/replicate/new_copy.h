// A copy that is new to the set and has nothing yet: the others blame it for all there is, so that nobody reads it and
// a heal begins at the root. Asked for by an extended attribute of the root that names its subvolume, as stock does
// when bricks are replaced or added.
#pragma once

#include <optional>

#include "translators/replicate/healing.h"

namespace mortar::replicate {

class NewCopy {
 public:
  // `healing` outlives this.
  explicit NewCopy(Healing& healing) : healing_(healing), volume_(healing.volume()) {}

  // Whether it is such a question; it is only heard from the volume's own processes.
  static bool is_meant(const Call& call, const fop::Setxattr& set);
  // EPERM by users. A set that has no such copy does nothing. ENOTCONN where one of the others is away.
  Task<fop::Acknowledged> announce(fop::Setxattr set);

 private:
  Task<> blame(Copy fresh, Copies others);

  Healing& healing_;
  Volume& volume_;
};

}  // namespace mortar::replicate
