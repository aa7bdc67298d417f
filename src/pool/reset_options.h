// volume reset: one option, or all that may be, back to their defaults.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct ResetOptions {
  std::string volume;  // "all": options of the pool
  std::string key;     // "all", or one, which may be a short word
  bool force = false;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
  bool of_pool() const { return volume == "all"; }
};

}  // namespace mortar
