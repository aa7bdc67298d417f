// What the copies of one object say of each other, and what follows from it: which of them may be read.
#pragma once

#include <vector>

#include "translators/replicate/asking.h"

namespace mortar::replicate {

struct Evidence {
  Copies present;            // who has the object
  std::vector<Marks> marks;  // by copy
  Readable readable;
};

// The answers were to lookups with the keys asked for. Those that count are of `heard`.
Evidence weigh(const Volume& volume, const AnswersOf<fop::Lookup>& answers, Copies heard);

// Who has something under the name that has no identity.
Copies without_identity(const AnswersOf<fop::Lookup>& answers, Copies heard);

// Two copies that are there and cannot be the same object, or one that has no identity: as a sentence; empty where
// there are none.
std::string contradiction(const Volume& volume, const AnswersOf<fop::Lookup>& answers, Copies heard);

}  // namespace mortar::replicate
