// Repair of what a crash left half done, when a lookup meets it: an entry without identity, an object without handle or
// with one that leads to its old name, a file whose records are not the names it has.
#pragma once

#include "translators/posix/work.h"

namespace mortar::posix {

// Gives an entry that has none the identity the client chose. ENODATA where another object has that one, ENOENT
// where what it was to be given to was an empty directory: that is removed.
Result<Gfid> give_identity(const Work& work, const Place& place, const FileStatus& status, const Dictionary& xdata);

// Whether as many names are recorded as the file has, this one among them. Records that are switched off, or too many
// to be kept, are taken as complete.
bool names_are_recorded(const Work& work, const Gfid& parent, const Place& place, const FileStatus& status);

// Makes the handle lead to this entry, unless another object of that identity has it, and the records true. The object
// and its parent are locked.
Result<Done> repair(const Work& work, const Gfid& gfid, const Gfid& parent, const Place& place,
                    const FileStatus& status);

}  // namespace mortar::posix
