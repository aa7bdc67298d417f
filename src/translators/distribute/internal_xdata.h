// What goes with operations that distribute does on its own account: bricks do not count them as a user's.
#pragma once

#include "base/dictionary.h"

namespace mortar::distribute {

inline Dictionary internal_xdata() {
  Dictionary xdata;
  xdata.set_text("glusterfs-internal-fop", "yes");
  return xdata;
}

}  // namespace mortar::distribute
