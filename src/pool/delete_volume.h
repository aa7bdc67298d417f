// volume delete: forgets a volume that is not started. Its data stays on the bricks.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct DeleteVolume {
  std::string volume;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
