#include "translators/posix/options.h"

#include <charconv>

namespace mortar::posix {

bool parse_option(std::string_view text, ModeBits& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value.bits, 8);
  return error == std::errc() && end == text.data() + text.size() && value.bits <= 0777;
}

}  // namespace mortar::posix
