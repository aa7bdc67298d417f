// volume replace-brick and reset-brick: one copy of a set is another directory from now on, or the same one made anew.
// The new brick is to the set's other copies what the former was: its client keeps the name.
#pragma once

#include "pool/edit.h"

namespace mortar {

// reset-brick start, and the first step of the others: the brick does not run, though its volume does.
struct TakeBrickAway {
  std::string volume;
  std::string brick;  // host:path

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

// Takes that back.
struct BringBrickBack {
  std::string volume;
  std::string brick;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

struct ReplaceBrick {
  std::string volume;
  std::string former;  // host:path
  Brick next;
  bool resets = false;  // the same directory, which was taken away before
  bool force = true;

  // In stock's order. The next brick's server must be known.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
