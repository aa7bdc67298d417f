// Virtual time: what will happen, in order. Time moves only by firing the next event, so waiting costs nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "runtime/world.h"

namespace mortar {

class EventQueue {
 public:
  // Events of one moment fire in the order they were asked for.
  using Id = std::pair<Instant, std::uint64_t>;

  Instant now() const { return now_; }
  Id after(Duration delay, std::function<void()> what);
  void cancel(const Id& id) { events_.erase(id); }

  bool empty() const { return events_.empty(); }
  Instant next() const { return events_.begin()->first.first; }
  // Moves the clock to the first event and runs it.
  void fire();
  // Moves the clock forward where nothing is due before.
  void advance_to(Instant moment);

 private:
  Instant now_{};
  std::uint64_t issued_ = 0;
  std::map<Id, std::function<void()>> events_;
};

// Awaiting it resumes the coroutine after a while; a coroutine that is destroyed meanwhile takes its event along.
class Sleeper {
 public:
  Sleeper(EventQueue& events, Duration duration) : events_(events), duration_(duration) {}
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    if (waiting_) events_.cancel(id_);
  }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle);
  void await_resume() const noexcept {}

 private:
  EventQueue& events_;
  Duration duration_;
  EventQueue::Id id_;
  bool waiting_ = false;
  Waiter waiter_;
};

}  // namespace mortar
