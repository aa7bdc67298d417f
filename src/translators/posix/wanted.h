// What a request asks for beside its own answer: extended attributes by name or pattern, counters, contents. The keys
// of its xdata name them; the answers stand under the same keys in the reply's.
#pragma once

#include <string_view>

#include "translators/posix/work.h"

namespace mortar::posix {

// A key the subject has nothing for is left out, and so is content that cannot be read. An attribute that cannot be
// read is an error: others would go by its absence, as by that of the marks of replication.
Result<Done> answer_wanted(const Work& work, Subject& subject, const Place& place, const Iatt& iatt,
                           const Dictionary& wanted, Dictionary& answers);
// Of a file that loses a name: how many it had, how much it held; all of its attributes, for Mortar's clients, where it
// has others.
void answer_removed_counts(const Iatt& iatt, const Dictionary& wanted, Dictionary& answers);

}  // namespace mortar::posix
