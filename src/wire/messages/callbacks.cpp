#include "wire/messages/callbacks.h"

#include "wire/device_number.h"

namespace mortar {

OldIatt OldIatt::from(const Iatt& iatt) {
  const auto seconds = [](const Moment& moment) { return static_cast<std::uint32_t>(moment.seconds); };
  return {.gfid = iatt.gfid,
          .inode = iatt.inode,
          .device = iatt.device,
          .mode = iatt.mode,
          .links = iatt.links,
          .uid = iatt.uid,
          .gid = iatt.gid,
          .rdev = device_on_the_wire(iatt.rdev),
          .size = iatt.size,
          .block_size = iatt.block_size,
          .blocks = iatt.blocks,
          .accessed = seconds(iatt.accessed),
          .accessed_nanoseconds = iatt.accessed.nanoseconds,
          .modified = seconds(iatt.modified),
          .modified_nanoseconds = iatt.modified.nanoseconds,
          .changed = seconds(iatt.changed),
          .changed_nanoseconds = iatt.changed.nanoseconds};
}

Iatt OldIatt::iatt() const {
  return {.gfid = gfid,
          .flags = iatt_all_valid,
          .inode = inode,
          .device = device,
          .rdev = device_from_the_wire(rdev),
          .size = size,
          .blocks = blocks,
          .accessed = {accessed, accessed_nanoseconds},
          .modified = {modified, modified_nanoseconds},
          .changed = {changed, changed_nanoseconds},
          .links = links,
          .uid = uid,
          .gid = gid,
          .block_size = block_size,
          .mode = mode};
}

}  // namespace mortar
