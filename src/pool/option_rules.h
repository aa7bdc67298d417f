// What an option asks of its volume or pool beside a value of the right kind: bricks of a type, another option, a bound
// that depends on the volume. The sentences are stock's.
#pragma once

#include <string_view>

#include "base/result.h"
#include "pool/pool.h"

namespace mortar {

Result<Done> check_option_rules(const Volume& volume, std::string_view key, std::string_view value);
// Of the pool's own options.
Result<Done> check_pool_option_rules(const Pool& pool, std::string_view key, std::string_view value);

}  // namespace mortar
