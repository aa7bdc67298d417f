// What one caller may see or do, another process of the same user may, too.
#pragma once

#include "wire/identity.h"

namespace mortar {

inline bool is_same_caller(const Identity& one, const Identity& other) {
  return one.uid == other.uid && one.gid == other.gid && one.groups == other.groups;
}

}  // namespace mortar
