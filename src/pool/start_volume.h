// volume start: its bricks are wanted to run from now on.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct StartVolume {
  std::string volume;
  bool force = false;  // also where it is started: bricks that do not run are started, and those that were away

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
