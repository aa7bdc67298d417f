// The attributes of an object, as they travel between translators and over the wire (gfx_iattx, 148 bytes).
// All zero means "not available".
#pragma once

#include <cstdint>

#include "base/gfid.h"

namespace mortar {

struct Moment {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  friend auto operator<=>(const Moment&, const Moment&) = default;
};

// What stock bricks send: everything valid but the birth time.
inline constexpr std::uint64_t iatt_all_valid = 0x17ff;

struct Iatt {
  Gfid gfid;
  std::uint64_t flags = 0;   // validity bits
  std::uint64_t inode = 0;   // Gfid::inode_number()
  std::uint64_t device = 0;  // of the brick's file system
  std::uint64_t rdev = 0;    // Linux dev_t of a device node
  std::uint64_t size = 0;    // bytes
  std::uint64_t blocks = 0;  // of 512 bytes
  std::uint64_t attributes = 0;
  std::uint64_t attributes_mask = 0;
  Moment accessed;
  Moment modified;
  Moment changed;
  Moment born;
  std::uint32_t links = 0;  // without the handle in .glusterfs
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t block_size = 0;
  std::uint32_t mode = 0;  // type and permissions, Linux st_mode

  friend bool operator==(const Iatt&, const Iatt&) = default;

  std::uint32_t type() const { return mode & 0170000; }
  bool is_directory() const { return type() == 0040000; }
  bool is_regular() const { return type() == 0100000; }
  bool is_symlink() const { return type() == 0120000; }
};

}  // namespace mortar
