// A brick that comes into a set of copies has nothing of what the others have. The others are told so before clients
// use it: a client of the set writes down on them that the new one needs everything, which healers then bring.
#pragma once

#include <string>
#include <vector>

#include "management/places.h"
#include "pool/pool.h"
#include "runtime/world.h"

namespace mortar {

// The volume is as it shall become; `fresh` are its clients of new bricks, which need not run yet. The error says what
// failed.
Task<> tell_of_new_copies(World& world, const Places& places, Volume volume, std::vector<std::string> fresh);

}  // namespace mortar
