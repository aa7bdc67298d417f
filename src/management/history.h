// cmd_history.log: which commands were given, and how they ended.
#pragma once

#include <string_view>

#include "base/result.h"
#include "management/places.h"
#include "runtime/world.h"

namespace mortar {

void write_history(World& world, const Places& places, std::string_view command, const Result<Done>& outcome);

}  // namespace mortar
