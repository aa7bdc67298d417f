// Shell patterns, as requests use them for names of attributes: * ? and [...] with ranges and ! or ^.
#pragma once

#include <string_view>

namespace mortar::posix {

bool is_pattern(std::string_view text);
// Time is bounded by the product of the two lengths.
bool matches(std::string_view pattern, std::string_view text);

}  // namespace mortar::posix
