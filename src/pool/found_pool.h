// A pool of one becomes one that others can be let into, and back.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct FoundPool {
  Trust trust;
  Server first;  // the only one there is: what becomes known of it

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

struct DissolvePool {
  // Only one server may be left.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
