// The process that rebalances a volume: it walks through it, tells glusterd about it, and goes when it is done.
#pragma once

#include "programs/userless_client.h"

namespace mortar {

// Ends when glusterd knows how the walk ended, or when a signal says so. The error's sentence says why it did not
// begin.
Task<> run_rebalance(UserlessProcess process);

}  // namespace mortar
