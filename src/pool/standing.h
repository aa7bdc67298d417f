// Where a server stands: the one small file that decides where the document is that counts for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/gfid.h"
#include "base/result.h"

namespace mortar {

enum class Stage : std::uint8_t {
  alone,      // a pool of one: the local file counts
  following,  // in a pool, without a vote: the voters' document counts, the copy here is what was last seen of it
  voting,     // the same, and this server keeps it with others
};

struct Standing {
  Stage stage = Stage::alone;
  Gfid pool;                          // null while alone
  std::vector<std::string> contacts;  // addresses of members, for as long as there is no copy that names them
  friend bool operator==(const Standing&, const Standing&) = default;
};

std::string format_standing(const Standing& standing);
// EIO for anything else.
Result<Standing> parse_standing(std::string_view text);

}  // namespace mortar
