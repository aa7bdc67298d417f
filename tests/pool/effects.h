// What a change of the pool's document is to its users: the difference of two documents.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "pool/pool.h"

namespace mortar::sim {

struct Effect {
  enum class Kind { created, deleted, started, stopped, set, unset, pool_set, pool_unset, joined, left };
  Kind kind = Kind::created;
  std::string subject;  // a volume, or a server's address
  std::string option;   // key=value

  std::string text() const;
  friend bool operator==(const Effect&, const Effect&) = default;
};

// Of options only those that the tests set.
std::vector<Effect> effects_between(const Pool& before, const Pool& after);
// The address of the server that made the change; empty: none did that both know.
std::string author_of(const Pool& before, const Pool& after);

// Options that serve as marks of the commands that set them.
inline constexpr const char* volume_mark = "user.mark-";
inline constexpr const char* pool_mark = "cluster.server-quorum-ratio";

}  // namespace mortar::sim
