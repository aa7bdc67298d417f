// Lookup: objects and names as all copies together tell them, and which copies of an object may be read.
//
//   1 trip: all copies are asked at once, and tell their marks with the answer
//
// A name that only some have is looked at again under its lock: somebody may just be making or removing it. If it still
// is so, and nobody is blamed, whoever made it died over it: the others get it.
#pragma once

#include "translators/replicate/healer.h"
#include "translators/replicate/holds.h"

namespace mortar::replicate {

class Finder {
 public:
  // All outlive this.
  Finder(Volume& volume, Asking& asking, Holds& holds, Healer& healer)
      : volume_(volume), asking_(asking), holds_(holds), healer_(healer) {}

  Task<fop::Lookup::Reply> look_up(const Call& call, const fop::Lookup& lookup);
  // As it is remembered, else as the copies say; never a copy that is not there. ENOTCONN where too few answer to be
  // certain, ESTALE where the object is gone.
  Task<Readable> readable(const Call& call, Gfid gfid);

 private:
  Task<fop::Lookup::Reply> discover(const Call& call, const fop::Lookup& lookup);
  Task<fop::Lookup::Reply> look_up_name(const Call& call, const fop::Lookup& lookup);
  Task<fop::Lookup::Reply> look_again(const Call& call, const fop::Lookup& lookup, Copies counting);
  struct Heard {
    AnswersOf<fop::Lookup> answers;
    std::uint64_t news = 0;  // of the volume, when they were asked for
  };
  Task<Heard> ask(const Call& call, const fop::Lookup& lookup);
  bool agree(const AnswersOf<fop::Lookup>& answers, Copies counting) const;
  // One answer of those that agree, of the copies that count.
  Result<fop::Lookup::Reply> unite(Heard heard, Copies counting);

  Volume& volume_;
  Asking& asking_;
  Holds& holds_;
  Healer& healer_;
};

}  // namespace mortar::replicate
