// The process that heals the replicated volumes of a server, as far as their copies are on it: it heals what its bricks
// list, and does what glusterd asks over its socket.
#pragma once

#include "programs/userless_client.h"

namespace mortar {

// Ends when a signal says so. The error's sentence says why it did not begin.
Task<> run_heal(UserlessProcess process);

}  // namespace mortar
