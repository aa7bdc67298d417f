// Who this server is: glusterd.info says it, and where people or scripts have taken that away, its pool knows it.
#pragma once

#include "management/store.h"

namespace mortar {

// A new one, which is kept in glusterd.info, for a server that never was in a pool. EINVAL where it was in one of
// several and cannot be told from the others.
Task<Gfid> identity_of_server(World& world, const Places& places, Store& store);

}  // namespace mortar
