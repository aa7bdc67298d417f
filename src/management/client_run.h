// A client that does one thing to a volume and ends: glusterd runs it where something is to be asked of bricks as only
// a client can.
#pragma once

#include <string>
#include <vector>

#include "management/places.h"
#include "runtime/world.h"

namespace mortar {

// Runs it with these words, as the internal process `name`. Answers its output; where it fails, the error's sentence is
// the last line of that. It has a minute and a half.
Task<std::string> run_client(World& world, const Places& places, Volume volume, std::string name,
                             std::vector<std::string> words);

}  // namespace mortar
