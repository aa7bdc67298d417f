// Shell patterns without a notion of paths: `*` any text, `?` one byte, `[abc]`, `[a-z]`, `[!a]` one byte of a set,
// `\x` the byte x.
#pragma once

#include <string_view>

namespace mortar {

bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace mortar
