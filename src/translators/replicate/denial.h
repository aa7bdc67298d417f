// An object that too many copies do not have, and some do: was it removed, or have those not got it yet?
//
// A removal is acknowledged once a quorum has it, and these blame whoever missed it, on the directory. So the way from
// the root to the object is looked at on those that deny it. Where they blame whoever has it, it is gone; where one
// does not even have the directory, the one above tells. Where whoever has it blames them, they have not got it yet;
// nor had those that have it by the time all this is known, as a heal took the blame back. Where both do, and no quorum
// is required, each has gone on alone: all get it. Where nobody is blamed somebody is just making or removing it, or
// died over that: nothing of it was acknowledged.
//
// A file is gone when all its names are: one may be just being made on those that have it, as links are, and tells
// nothing of what became of the file.
#pragma once

#include <string>
#include <vector>

#include "translators/replicate/asking.h"

namespace mortar::replicate {

class Denial {
 public:
  // Both outlive this.
  Denial(Volume& volume, Asking& asking) : volume_(volume), asking_(asking) {}

  // Also where its holder knows no way to it. ENOTCONN where that one goes meanwhile.
  Task<bool> is_of_something_removed(const Call& call, Gfid gfid, Copies holders, Copies deniers);

 private:
  using Way = std::vector<std::string>;

  Task<bool> is_gone_from(const Way& way, const Call& own, Gfid gfid, Copy holder, Copies holders, Copies deniers);
  bool are_few(Copies deniers) const;
  // These and those say of each other that they miss names on the way.
  Error nobody_knows(Gfid gfid, Copies holders, Copies deniers) const;
  // Whether one of the witnesses that have this directory blames a holder for its names.
  bool is_blamed(const AnswersOf<fop::Lookup>& answers, Copies witnesses, Copies holders) const;

  Volume& volume_;
  Asking& asking_;
};

}  // namespace mortar::replicate
