// What a notice of a brick says has changed, in the words of the wire.
#pragma once

#include <cstdint>

namespace mortar::upcall::flag {

inline constexpr std::uint32_t links = 0x1, mode = 0x2, owner = 0x4, size = 0x8, times = 0x10, accessed = 0x20,
                               permission = 0x40, rename = 0x80, forget = 0x100, parent_times = 0x200,
                               xattr_set = 0x400, xattr_removed = 0x800, look_up = 0x1000, attributes = 0x2000;

}  // namespace mortar::upcall::flag
