// Who blames whom, as the marks of the copies of one object say. Pure functions.
#pragma once

#include <vector>

#include "translators/replicate/changelog.h"
#include "translators/replicate/quorum.h"

namespace mortar::replicate {

// Of directories, the slot of the content is about their names, too.
inline bool is_marked(const Counts& counts, Slot slot) {
  return counts[slot] != 0 || (slot == Slot::entries && counts[Slot::data] != 0);
}

// By copy: which of the witnesses blame it. What a copy says of itself does not count. `marks`: by copy.
std::vector<Copies> accusers(const std::vector<Marks>& marks, Copies witnesses, Slot slot);

// Of those that are present, who has every change that was acknowledged. Whoever is blamed by nobody, and where each of
// the `useful` ones is blamed by somebody, whoever cannot be blamed by a quorum: a change is on a quorum, and these
// blame who missed it, before it is acknowledged. What fewer say is left of a change that came to no end, or of a heal
// of which they have not heard.
Copies not_behind(const std::vector<Copies>& accusers, Copies present, Copies useful, const Quorum& quorum);

}  // namespace mortar::replicate
