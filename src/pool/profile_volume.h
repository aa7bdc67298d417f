// volume profile start and stop: whether the volume's bricks measure what they do.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct ProfileVolume {
  std::string volume;
  bool on = false;

  // Refuses what is so already.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

bool is_profiled(const Volume& volume);

}  // namespace mortar
