// The record of a name at the file itself: "trusted.gfid2path.<hash>" = "<parent gfid>/<name>", one per hard link.
// The hash is XXH64, seed 0, of exactly that text, in 16 hex digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/gfid.h"

namespace mortar::posix {

inline constexpr std::string_view gfid2path_prefix = "trusted.gfid2path.";

struct NameRecord {
  std::string key;
  std::string value;
};
NameRecord name_record(const Gfid& parent, std::string_view name);

struct RecordedName {
  Gfid parent;
  std::string name;
};
std::optional<RecordedName> parse_name_record(std::string_view value);

// The counter of links in one parent (32 bits, big-endian), kept where update-link-count-parent is on.
std::string link_count_key(const Gfid& parent);

}  // namespace mortar::posix
