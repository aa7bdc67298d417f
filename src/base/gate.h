// A gate counts who is inside. Once closed nobody enters any more, and closing waits for the last one to leave.
#pragma once

#include "base/event.h"
#include "base/result.h"
#include "base/task.h"

namespace mortar {

class Gate {
 public:
  class Pass {
   public:
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    friend class Gate;
    explicit Pass(Gate* gate) : gate_(gate) {}
    Gate* gate_;
  };

  // ESHUTDOWN once the gate is closed.
  Result<Pass> enter() {
    if (closed_) return failed(ESHUTDOWN);
    ++inside_;
    return Pass(this);
  }

  Task<> close() {
    closed_ = true;
    while (inside_ != 0) {
      co_await Queued(waiting_);
    }
    co_return done;
  }

  bool closed() const { return closed_; }

 private:
  void leave() {
    if (--inside_ == 0) waiting_.move_to(ready_queue());
  }

  std::size_t inside_ = 0;
  bool closed_ = false;
  WaitList waiting_;
};

}  // namespace mortar
