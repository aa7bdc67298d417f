// volume set, volume set all: several options at once, all of them or none.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct SetOptions {
  std::string volume;                                      // "all": options of the pool
  std::vector<std::pair<std::string, std::string>> pairs;  // keys may be short words
  bool of_own_command = false;                             // by the command that an option has for itself

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
  bool of_pool() const { return volume == "all"; }
};

}  // namespace mortar
