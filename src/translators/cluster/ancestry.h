// The way from the root to an object.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "translator/translator.h"

namespace mortar {

// Of a path, in bytes.
inline constexpr std::size_t deepest_path = 4096;

// The names on the way, one after the other, as a subvolume that has it tells. EIO where it tells none, ENAMETOOLONG
// where the path is longer than any can be; other errors are those of the subvolume.
Task<std::vector<std::string>> ancestry(Translator& subvolume, const Call& call, Gfid directory);
// The same of a file, too, by each of its names: only on bricks that note these (storage.gfid2path). Never none.
Task<std::vector<std::vector<std::string>>> ways_to(Translator& subvolume, const Call& call, Gfid object);
// By one of them.
Task<std::vector<std::string>> a_way_to(Translator& subvolume, const Call& call, Gfid object);

}  // namespace mortar
