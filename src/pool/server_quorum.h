// Server quorum: a volume that asks for it (cluster.server-quorum-type) is served by a server only while that sees
// enough servers of the pool, itself among them. So no two parts of a divided pool serve it at the same time.
#pragma once

#include <cstddef>

#include "pool/pool.h"

namespace mortar {

bool asks_for_server_quorum(const Volume& volume);

// How many have to be there: more than half, or the share that cluster.server-quorum-ratio says.
std::size_t server_quorum(const Pool& pool);

}  // namespace mortar
