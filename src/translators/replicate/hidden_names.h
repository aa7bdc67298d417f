// The directory in the root that takes in what has lost its name on a copy and may get another one, so that a heal of a
// rename does not copy what is there. Users do not see it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/gfid.h"

namespace mortar::replicate {

inline constexpr std::string_view anonymous_prefix = ".glusterfs-anonymous-inode-";

inline std::string anonymous_name(const Gfid& volume) { return std::string(anonymous_prefix) + volume.text(); }
// The same on all copies, whoever makes it.
inline Gfid anonymous_gfid(Gfid volume) {
  volume.bytes[0] ^= 1;
  return volume;
}

}  // namespace mortar::replicate
