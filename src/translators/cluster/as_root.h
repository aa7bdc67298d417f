// What a cluster translator does on its own account, in the course of a user's operation, it does as root.
#pragma once

#include "translator/call.h"

namespace mortar {

inline Call as_root(const Call& call) {
  Call root = call;
  root.uid = root.gid = 0;
  root.groups.clear();
  root.stamps = 0;
  return root;
}

}  // namespace mortar
