// Device numbers in attributes as they go over the wire: the major number in the upper half, the minor one in the
// lower. Inside they are Linux's dev_t, as in MKNOD, where they go as they are.
#pragma once

#include <cstdint>

namespace mortar {

constexpr std::uint64_t device_on_the_wire(std::uint64_t device) {
  const std::uint64_t major = (device >> 8 & 0xfff) | (device >> 32 & 0xfffff000);
  const std::uint64_t minor = (device & 0xff) | (device >> 12 & 0xffffff00);
  return major << 32 | minor;
}

constexpr std::uint64_t device_from_the_wire(std::uint64_t number) {
  const std::uint64_t major = number >> 32;
  const std::uint64_t minor = number & 0xffffffff;
  return (major & 0xfff) << 8 | (major & 0xfffff000) << 32 | (minor & 0xff) | (minor & 0xffffff00) << 12;
}

}  // namespace mortar
