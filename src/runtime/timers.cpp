#include "runtime/timers.h"

namespace mortar {

std::optional<Instant> Timers::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front()->due_;
}

void Timers::wake_due(Instant now) {
  while (!heap_.empty() && heap_.front()->due_ <= now) {
    Timer& first = *heap_.front();
    remove(first);
    wake(first.waiter_);
  }
}

void Timers::add(Timer& timer) {
  timer.sequence_ = started_++;
  heap_.push_back(&timer);
  rise(timer, heap_.size() - 1);
}

void Timers::remove(Timer& timer) {
  const std::size_t place = timer.place_;
  timer.place_ = Timer::nowhere;
  Timer& last = *heap_.back();
  heap_.pop_back();
  if (&last == &timer) return;
  if (place > 0 && last.before(*heap_[(place - 1) / 2])) {
    rise(last, place);
  } else {
    sink(last, place);
  }
}

void Timers::put(Timer& timer, std::size_t place) {
  heap_[place] = &timer;
  timer.place_ = place;
}

void Timers::rise(Timer& timer, std::size_t place) {
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (!timer.before(*heap_[parent])) break;
    put(*heap_[parent], place);
    place = parent;
  }
  put(timer, place);
}

void Timers::sink(Timer& timer, std::size_t place) {
  while (true) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->before(*heap_[child])) ++child;
    if (!heap_[child]->before(timer)) break;
    put(*heap_[child], place);
    place = child;
  }
  put(timer, place);
}

}  // namespace mortar
