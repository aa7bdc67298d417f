// Opening a file only to read it: nothing that the brick would have to do at once.
#pragma once

#include "wire/file_operations.h"

namespace mortar {

inline bool is_for_plain_reading(const fop::Open& open) {
  constexpr std::uint32_t large_file = 0100000;
  constexpr std::uint32_t harmless = open_flag::nofollow | open_flag::no_access_time | open_flag::nonblock | large_file;
  return (open.flags & ~harmless) == 0 && open.xdata.size() == 0;
}

}  // namespace mortar
