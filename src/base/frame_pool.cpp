#include "base/frame_pool.h"

#include <array>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MORTAR_PLAIN_FRAMES 1
#endif
#endif

namespace mortar::frame_pool {

#ifdef MORTAR_PLAIN_FRAMES

void* allocate(std::size_t size) { return ::operator new(size); }
void release(void* frame, std::size_t size) noexcept { ::operator delete(frame, size); }

#else

namespace {

constexpr std::size_t step = 64;
constexpr std::size_t classes = 64;       // frames up to 4 KiB; larger ones are rare and go to malloc
constexpr unsigned kept_per_class = 256;  // bounds what a burst leaves behind

struct Free {
  Free* next;
};

struct Pool {
  struct Class {
    Free* first = nullptr;
    unsigned count = 0;
  };
  std::array<Class, classes> lists;

  ~Pool() {
    for (std::size_t index = 0; index < classes; ++index) {
      while (Free* frame = lists[index].first) {
        lists[index].first = frame->next;
        ::operator delete(frame);
      }
      lists[index].count = kept_per_class;  // a frame released after this point goes to malloc
    }
  }
};

thread_local Pool pool;

}  // namespace

void* allocate(std::size_t size) {
  const std::size_t index = (size + step - 1) / step;
  if (index >= classes) return ::operator new(size);
  Pool::Class& list = pool.lists[index];
  if (list.first == nullptr) return ::operator new(index * step);
  Free* frame = list.first;
  list.first = frame->next;
  --list.count;
  return frame;
}

void release(void* frame, std::size_t size) noexcept {
  const std::size_t index = (size + step - 1) / step;
  if (index >= classes || pool.lists[index].count >= kept_per_class) return ::operator delete(frame);
  Pool::Class& list = pool.lists[index];
  list.first = new (frame) Free{list.first};
  ++list.count;
}

#endif

}  // namespace mortar::frame_pool
