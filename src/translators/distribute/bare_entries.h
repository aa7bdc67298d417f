// A set of copies lists names without attributes while one of them has missed anything. Only these tell a link file
// from the data it leads to.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "translators/distribute/volume.h"

namespace mortar::distribute {

// Gives those that may be link files what their subvolume tells of them, in one trip; `gone` are those that it has not
// any more. An error where something may be a link file still.
Task<> look_up_bare(Volume& volume, const Call& call, Gfid directory, Place place, const Dictionary& keys,
                    std::vector<EntryPlus>& entries, std::set<std::string>& gone);

}  // namespace mortar::distribute
