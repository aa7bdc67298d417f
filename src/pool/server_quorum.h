// Server quorum: bricks of volumes that ask for it run only where enough servers of the pool see each other, so that on
// two sides of a cut network only one writes (management 4.6).
#pragma once

#include <cstddef>
#include <string_view>

#include "pool/pool.h"

namespace mortar {

bool follows_server_quorum(const Volume& volume);
// The options by which it is set: they may be changed without it.
bool is_server_quorum_option(std::string_view key);
// How many servers of the pool have to see each other.
std::size_t servers_needed(const Pool& pool);

}  // namespace mortar
