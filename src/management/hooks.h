// The scripts that administrators and packages hang on commands: hooks/1/EVENT/{pre,post}/S*, run in the order of their
// names. What they do is their own; how they end is only logged.
#pragma once

#include <string>
#include <vector>

#include "management/places.h"
#include "runtime/world.h"

namespace mortar {

// "--volname=V" and the like.
using HookArguments = std::vector<std::string>;

Task<> run_hooks(World& world, const Places& places, std::string event, std::string moment, HookArguments arguments);

}  // namespace mortar
