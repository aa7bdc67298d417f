// The words behind a number in the value of an option, in small letters; nothing for a word that is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mortar {

// Seconds in "s", "sec", "m", "min", "h", "hr", "d", "days", "w", "wk", or in no word at all.
std::optional<std::int64_t> seconds_in(std::string_view unit);
// Bytes in "b", "k", "kb" and so on up to "p", "pb" (powers of 1024), or in no word at all.
std::optional<std::int64_t> bytes_in(std::string_view unit);

}  // namespace mortar
