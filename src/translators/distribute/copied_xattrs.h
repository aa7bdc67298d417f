// The extended attributes that every copy of a directory has alike: they are copied from its leader. The others belong
// to one copy, or to the brick.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace mortar::distribute {

// Consistent times only ever rise, so they are copied too.
constexpr std::string_view times_key = "trusted.glusterfs.mdata";

// Beside all that begin with "user.".
constexpr std::array<std::string_view, 6> copied_keys = {"system.posix_acl_access",
                                                         "system.posix_acl_default",
                                                         "trusted.glusterfs.quota.limit-set",
                                                         "trusted.glusterfs.quota.limit-objects",
                                                         "security.selinux",
                                                         times_key};

inline bool is_copied(std::string_view key) {
  return key.starts_with("user.") || std::ranges::find(copied_keys, key) != copied_keys.end();
}

}  // namespace mortar::distribute
