// volume remove-brick: a volume shrinks, or its files get fewer copies. What is on the bricks stays there and is seen
// no more.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct RemoveBricks {
  std::string volume;
  std::vector<Brick> bricks;        // named by host and path
  std::uint32_t replica_count = 0;  // what it shall become; 0: what it is

  // In stock's order.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
  // Whether files get fewer copies.
  bool removes_copies(const Volume& of) const { return replica_count != 0 && replica_count != of.replica_count; }
};

}  // namespace mortar
