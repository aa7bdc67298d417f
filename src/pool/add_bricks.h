// volume add-brick: a volume grows by bricks that nobody uses. They stand behind those that it has, so that the
// subvolumes of its clients keep their names; where each set gets more copies, behind those of the set.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct AddBricks {
  std::string volume;
  std::vector<Brick> bricks;
  std::uint32_t replica_count = 0;  // what it shall become; 0: what it is
  std::uint32_t arbiter_count = 0;
  bool force = false;

  // In stock's order. Every brick's server must be known.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
  // Whether files get more copies.
  bool adds_copies(const Volume& to) const { return replica_count != 0 && replica_count != to.replica_count; }
};

}  // namespace mortar
