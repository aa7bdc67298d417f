// How new a member of the pool, or a client, must be for a volume: as new as the newest option that is set.
#pragma once

#include "pool/pool.h"

namespace mortar {

void update_op_versions(Volume& volume);

}  // namespace mortar
