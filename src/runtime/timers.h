// Who sleeps until when: a heap of timers that live in the frames of the coroutines that sleep. Equal moments are
// woken in the order they were started.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "base/schedule.h"
#include "runtime/world.h"

namespace mortar {

class Timers {
 public:
  // Awaiting it sleeps; destroying it ends that.
  class Timer {
   public:
    Timer(Timers& timers, Instant due) : timers_(timers), due_(due) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() {
      if (place_ != nowhere) timers_.remove(*this);
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      waiter_.handle = handle;
      timers_.add(*this);
    }
    void await_resume() const noexcept {}

   private:
    friend class Timers;
    static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();
    bool before(const Timer& other) const {
      return due_ != other.due_ ? due_ < other.due_ : sequence_ < other.sequence_;
    }

    Timers& timers_;
    Instant due_;
    std::uint64_t sequence_ = 0;
    std::size_t place_ = nowhere;
    Waiter waiter_;
  };

  // When the next one is due.
  std::optional<Instant> next() const;
  // Puts all that are due into the ready queue.
  void wake_due(Instant now);

 private:
  void add(Timer& timer);
  void remove(Timer& timer);
  void put(Timer& timer, std::size_t place);
  void rise(Timer& timer, std::size_t place);
  void sink(Timer& timer, std::size_t place);

  std::vector<Timer*> heap_;
  std::uint64_t started_ = 0;
};

}  // namespace mortar
