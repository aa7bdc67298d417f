// Coroutine frames come from free lists of the thread: a frame costs a few nanoseconds instead of a malloc.
// Under a sanitizer they come from malloc, so that use after destruction is found.
#pragma once

#include <cstddef>

namespace mortar::frame_pool {

void* allocate(std::size_t size);
void release(void* frame, std::size_t size) noexcept;

}  // namespace mortar::frame_pool
