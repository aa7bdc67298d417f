// The pool as text, for the register: lines of "key value" in sections, each volume with everything that belongs to it.
// Values are escaped (backslash and newline), so any text survives. Reading is strict: a document that does not hold
// together is refused, never guessed at.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "pool/pool.h"

namespace mortar {

std::string format_pool(const Pool& pool);
// The sentence names the line.
Result<Pool> parse_pool(std::string_view text);

}  // namespace mortar
