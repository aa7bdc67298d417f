#include "simulation/event_queue.h"

#include <algorithm>

#include "base/check.h"

namespace mortar {

EventQueue::Id EventQueue::after(Duration delay, std::function<void()> what) {
  Id id{now_ + std::max(delay, Duration::zero()), ++issued_};
  events_.emplace(id, std::move(what));
  return id;
}

void EventQueue::fire() {
  check(!events_.empty(), "an event is due");
  auto first = events_.extract(events_.begin());
  now_ = first.key().first;
  first.mapped()();
}

void EventQueue::advance_to(Instant moment) {
  check(empty() || next() >= moment, "time does not jump over an event");
  now_ = std::max(now_, moment);
}

void Sleeper::await_suspend(std::coroutine_handle<> handle) {
  waiter_.handle = handle;
  waiting_ = true;
  id_ = events_.after(duration_, [this] {
    waiting_ = false;
    wake(waiter_);
  });
}

}  // namespace mortar
