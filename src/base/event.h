// The waiting primitives all others are made of. All are for one thread.
//
//   Event          set once or reset; everybody waiting is woken.
//   Completion<T>  one value from one producer to one consumer, either of which may go away first.
//   Mutex          first come, first served; the guard gives it back.
//   SharedMutex    many readers or one writer, first come, first served.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"
#include "base/schedule.h"
#include "base/task.h"

namespace mortar {

// Awaiting it puts the coroutine at the end of the list.
class Queued {
 public:
  explicit Queued(WaitList& list) : list_(list) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept {
    waiter_.handle = handle;
    list_.push(waiter_);
  }
  void await_resume() const noexcept {}

 private:
  WaitList& list_;
  Waiter waiter_;
};

// Lets everything else that is ready run first.
inline Queued next_turn() { return Queued(ready_queue()); }

class Event {
 public:
  bool is_set() const { return set_; }
  void set() {
    set_ = true;
    waiting_.move_to(ready_queue());
  }
  void reset() { set_ = false; }

  Task<> wait() {
    while (!set_) {
      co_await Queued(waiting_);
    }
    co_return done;
  }

 private:
  bool set_ = false;
  WaitList waiting_;
};

template <class T>
class Completion {
 public:
  Completion() : state_(std::make_shared<State>()) {}

  // The producer's side: a copy of the Completion.
  void complete(Result<T> result) const {
    if (state_->result) return;
    state_->result.emplace(std::move(result));
    state_->waiting.move_to(ready_queue());
  }
  bool completed() const { return state_->result.has_value(); }

  // The consumer's side; at most one consumer.
  Task<T> wait() const { return wait_for(state_); }

 private:
  struct State {
    std::optional<Result<T>> result;
    WaitList waiting;
  };
  static Task<T> wait_for(std::shared_ptr<State> state) {
    if (!state->result) {
      co_await Queued(state->waiting);
    }
    co_return std::move(*state->result);
  }
  std::shared_ptr<State> state_;
};

class SharedMutex {
 public:
  class Guard {
   public:
    Guard() = default;
    Guard(Guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)), exclusive_(other.exclusive_) {}
    Guard& operator=(Guard&& other) noexcept {
      release();
      mutex_ = std::exchange(other.mutex_, nullptr);
      exclusive_ = other.exclusive_;
      return *this;
    }
    ~Guard() { release(); }
    void release() {
      if (mutex_ != nullptr) std::exchange(mutex_, nullptr)->unlock(exclusive_);
    }
    bool holds() const { return mutex_ != nullptr; }

   private:
    friend class SharedMutex;
    Guard(SharedMutex* mutex, bool exclusive) : mutex_(mutex), exclusive_(exclusive) {}
    SharedMutex* mutex_ = nullptr;
    bool exclusive_ = false;
  };

  // Without waiting; an empty guard where somebody holds it or waits for it.
  Guard try_lock() { return try_take(true); }
  Guard try_lock_shared() { return try_take(false); }
  Task<Guard> lock() { return take(true); }
  Task<Guard> lock_shared() { return take(false); }
  bool idle() const { return holders_ == 0 && queue_.empty(); }

 private:
  // Who waits for the lock; being granted it and resuming are two steps, between which the waiter may die.
  struct Taker : Waiter {
    Taker(SharedMutex& of, bool wants_exclusive) : mutex(of), exclusive(wants_exclusive) {}
    ~Taker();
    SharedMutex& mutex;
    bool exclusive;
    bool granted = false;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) noexcept {
      handle = waiting;
      mutex.queue_.push(*this);
    }
    Guard await_resume() noexcept {
      granted = false;
      return Guard(&mutex, exclusive);
    }
  };

  bool free_for(bool exclusive) const { return exclusive ? holders_ == 0 : holders_ >= 0; }
  void hold(bool exclusive) { holders_ = exclusive ? -1 : holders_ + 1; }
  Guard try_take(bool exclusive) {
    if (!queue_.empty() || !free_for(exclusive)) return {};
    hold(exclusive);
    return Guard(this, exclusive);
  }
  Task<Guard> take(bool exclusive);
  void unlock(bool exclusive);
  void grant();

  long holders_ = 0;  // -1: one writer
  WaitList queue_;
};

using Mutex = SharedMutex;

}  // namespace mortar
