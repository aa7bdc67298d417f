// What the kernel keeps, and can be told to forget.
#pragma once

#include <cstdint>
#include <string>

namespace mortar::fuse {

class KernelCache {
 public:
  virtual ~KernelCache() = default;
  virtual void forget_attributes(std::uint64_t inode) = 0;
  // The kernel has forgotten them when this returns: for what an answer leaves behind.
  virtual void forget_attributes_now(std::uint64_t inode) = 0;
  virtual void forget_pages(std::uint64_t inode) = 0;
  virtual void forget_name(std::uint64_t parent, const std::string& name) = 0;
};

}  // namespace mortar::fuse
