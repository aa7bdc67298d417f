// Errors of operations that name their object by identity alone.
#pragma once

#include "base/result.h"

namespace mortar::fuse {

// The kernel takes ENOENT for an answer, and ESTALE as a reason to look the name up again.
inline Error stale_if_gone(const Error& error) { return error.number() == ENOENT ? Error(ESTALE) : error; }

}  // namespace mortar::fuse
