// volume stop: its bricks are wanted to run no more.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct StopVolume {
  std::string volume;
  bool force = false;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
