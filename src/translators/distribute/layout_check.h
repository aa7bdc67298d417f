// A client may believe for a while that a name belongs where it belonged before the layout of its directory changed. So
// it says what it believes where it looks for a name or makes one, and the brick, which knows, refuses where that is
// wrong. Bricks of stock compare only for mkdir.
#pragma once

#include "translators/distribute/volume.h"

namespace mortar::distribute {

// Of an operation on a name, at the subvolume that the name hashes to.
inline void ask_to_check_layout(const Volume& volume, Dictionary& xdata, const Directory& parent, Place hashed) {
  xdata.set_text("glusterfs.preop.parent.key", volume.keys.layout);
  xdata.set_bytes(volume.keys.layout, parent.layout.stored(hashed));
}

inline bool says_layout_changed(const Error& error) {
  return error.extra() != nullptr && error.extra()->has("glusterfs.preop.check.failed");
}

}  // namespace mortar::distribute
