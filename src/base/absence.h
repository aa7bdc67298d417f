// What the error of an operation says of its object, or of who was asked for it.
#pragma once

#include "base/result.h"

namespace mortar {

// There is no such name, or no object of that identity.
inline bool is_missing(const Error& error) { return error.number() == ENOENT || error.number() == ESTALE; }
// Nobody was there to answer.
inline bool is_away(const Error& error) { return error.number() == ENOTCONN; }

}  // namespace mortar
