// What all subvolumes say of one directory, each of which has a copy of it.
#pragma once

#include <optional>
#include <string>

#include "translators/cluster/fan_out.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

// By a name of its own, and not by gfid, "." or "..".
inline bool is_named(const fop::Lookup& lookup) {
  return !lookup.name.empty() && lookup.name != "." && lookup.name != "..";
}

// The directory as the answers to a lookup with OwnKeys tell it, and as it is remembered where they say nothing; an
// error where none has one. It is not remembered by this.
Result<DirectoryPointer> unite(Volume& volume, const fop::Lookup& lookup, const AnswersOf<fop::Lookup>& answers);

// What cannot be true of one directory, as a sentence.
std::optional<std::string> contradiction(const Volume& volume, const fop::Lookup& lookup,
                                         const AnswersOf<fop::Lookup>& answers);

}  // namespace mortar::distribute
