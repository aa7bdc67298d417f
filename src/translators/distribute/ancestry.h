// The way from the root to a directory.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "translator/translator.h"

namespace mortar::distribute {

// Of a path, in bytes.
inline constexpr std::size_t deepest_path = 4096;

// The names on the way to a directory, one after the other, as a subvolume that has it tells. EIO where it tells none,
// ENAMETOOLONG where the path is longer than any can be; other errors are those of the subvolume.
Task<std::vector<std::string>> ancestry(Translator& subvolume, const Call& call, Gfid directory);

}  // namespace mortar::distribute
