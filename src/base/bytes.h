// Payloads. A Slice is an immutable view that shares ownership of its memory: it travels from the socket to the disk
// and back without being copied.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/check.h"

namespace mortar {

using Bytes = std::span<const std::byte>;

class Slice {
 public:
  Slice() = default;
  // The memory must live as long as its owner.
  Slice(std::shared_ptr<const void> owner, Bytes bytes) : owner_(std::move(owner)), bytes_(bytes) {}

  static Slice copy(Bytes bytes);
  static Slice copy(std::string_view text) { return copy(std::as_bytes(std::span(text))); }
  static Slice own(std::string text);

  const std::byte* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  Bytes bytes() const { return bytes_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

  Slice part(std::size_t offset, std::size_t size) const {
    check(offset <= bytes_.size() && size <= bytes_.size() - offset, "a slice is cut inside its bounds");
    return Slice(owner_, bytes_.subspan(offset, size));
  }

  friend bool operator==(const Slice& left, const Slice& right) { return left.text() == right.text(); }

 private:
  std::shared_ptr<const void> owner_;
  Bytes bytes_;
};

// Memory that is written once, then shared.
class Buffer {
 public:
  explicit Buffer(std::size_t size);

  std::byte* data() { return memory_.get(); }
  std::size_t size() const { return size_; }
  std::span<std::byte> bytes() { return {memory_.get(), size_}; }
  // Whether nothing that was shared out of it is left, so that it may be written again from the start.
  bool unshared() const {
    if (memory_.use_count() != 1) return false;
    std::atomic_thread_fence(std::memory_order_acquire);  // the last reader may have been another thread
    return true;
  }
  // The first `used` bytes; the buffer may be written no more behind what was shared.
  Slice share(std::size_t offset, std::size_t used) const {
    check(offset + used <= size_, "a buffer is shared inside its bounds");
    return Slice(memory_, Bytes(memory_.get() + offset, used));
  }

 private:
  std::shared_ptr<std::byte[]> memory_;
  std::size_t size_;
};

inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace mortar
