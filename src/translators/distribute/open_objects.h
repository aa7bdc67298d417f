// What a descriptor given out by distribute leads to: the descriptors of the subvolumes.
#pragma once

#include <memory>
#include <vector>

#include "translator/descriptor.h"
#include "translators/distribute/layout.h"
#include "wire/fop/types.h"

namespace mortar {

// What the listing of a directory holds on to from its beginning to its end, so that one subvolume shows each entry.
struct ListedBy {
  std::vector<bool> there;  // by subvolume
  Layout layout;
};

struct OpenObject {
  std::vector<Fd> fds;                        // by subvolume; without `open` where it is not open there
  std::shared_ptr<const ListedBy> listed_by;  // of a directory that is being listed
};

// What stands at a descriptor that `owner` gave out; null for an operation without one.
inline std::shared_ptr<OpenObject> open_object(const void* owner, const Fd& fd) {
  return fd.open ? fd.open->contexts.get<OpenObject>(owner) : nullptr;
}

}  // namespace mortar
