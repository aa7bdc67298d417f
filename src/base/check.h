// Invariants. A broken one ends the process, in release builds too: going on with a wrong belief loses data.
#pragma once

#include <source_location>
#include <string_view>

namespace mortar {

[[noreturn]] void check_failed(std::string_view what, std::source_location where);

inline void check(bool holds, std::string_view what, std::source_location where = std::source_location::current()) {
  if (!holds) [[unlikely]]
    check_failed(what, where);
}

}  // namespace mortar
