// Access control lists between their text ("u::rwx,u:1000:r--,g::r-x,m::r-x,o::---") and the binary form of the
// kernel's attributes (version 2, little-endian). Users and groups are numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace mortar::posix {

inline constexpr const char* access_acl_key = "system.posix_acl_access";
inline constexpr const char* default_acl_key = "system.posix_acl_default";

// Nothing where the bytes are no list.
std::optional<std::string> acl_text(Bytes binary);
// Separators are commas, blanks or line ends; long words ("user", "default:") are understood. At most 4096 entries.
std::optional<std::string> acl_binary(std::string_view text);
// What a mode alone grants.
std::string acl_text_of_mode(std::uint32_t mode);

}  // namespace mortar::posix
