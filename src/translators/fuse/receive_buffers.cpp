#include "translators/fuse/receive_buffers.h"

namespace mortar::fuse {

std::byte* ReceiveBuffers::current() {
  if (current_ && current_.use_count() > 1) current_.reset();  // a slice lives in it
  if (!current_) {
    Memory memory;
    if (free_->empty()) {
      memory = std::make_unique_for_overwrite<std::byte[]>(size_);
    } else {
      memory = std::move(free_->back());
      free_->pop_back();
    }
    current_ = std::shared_ptr<std::byte>(memory.release(), [pool = std::weak_ptr<Free>(free_)](std::byte* used) {
      Memory returned(used);
      const std::shared_ptr<Free> free = pool.lock();
      if (free && free->size() < most_free) free->push_back(std::move(returned));
    });
  }
  return current_.get();
}

Slice ReceiveBuffers::keep(const void* data, std::size_t size) {
  const Bytes bytes(static_cast<const std::byte*>(data), size);
  if (size <= copied_up_to) return Slice::copy(bytes);
  return Slice(current_, bytes);
}

}  // namespace mortar::fuse
