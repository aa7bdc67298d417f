// A pool of one becomes one that others can be let into, and back. Other servers that there are already are those of a
// pool of GlusterFS that is taken over: they are invited.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct FoundPool {
  Trust trust;
  Server first;  // what becomes known of the one that founds it

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

struct DissolvePool {
  // Only one server may be left.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
