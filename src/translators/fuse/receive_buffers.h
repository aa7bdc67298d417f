// Memory for requests of the kernel. The data of a large write stays where it was received: the buffer is handed on and
// comes back when the last slice of it is gone.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.h"

namespace mortar::fuse {

class ReceiveBuffers {
 public:
  explicit ReceiveBuffers(std::size_t size) : size_(size), free_(std::make_shared<Free>()) {}

  std::size_t size() const { return size_; }
  // Where the next request goes to.
  std::byte* current();
  // Bytes inside the current buffer that outlive the request: small ones are copied out.
  Slice keep(const void* data, std::size_t size);

 private:
  using Memory = std::unique_ptr<std::byte[]>;
  using Free = std::vector<Memory>;
  static constexpr std::size_t copied_up_to = 16 << 10;
  static constexpr std::size_t most_free = 16;

  std::size_t size_;
  std::shared_ptr<Free> free_;
  std::shared_ptr<std::byte> current_;
};

}  // namespace mortar::fuse
