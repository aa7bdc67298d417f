#include "base/bytes.h"

namespace mortar {

Buffer::Buffer(std::size_t size) : memory_(std::make_shared_for_overwrite<std::byte[]>(size)), size_(size) {}

Slice Slice::copy(Bytes bytes) {
  Buffer buffer(bytes.size());
  if (!bytes.empty()) std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return buffer.share(0, bytes.size());
}

Slice Slice::own(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  return Slice(owner, mortar::as_bytes(*owner));
}

}  // namespace mortar
