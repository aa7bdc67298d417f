// gluster-eventsapi config-reset.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct ResetEventSettings {
  std::string name;  // "all"

  // EALREADY where nothing was set.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
