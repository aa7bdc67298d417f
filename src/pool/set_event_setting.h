// gluster-eventsapi config-set.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct SetEventSetting {
  std::string name;
  std::string value;

  // EALREADY where it is so already.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
