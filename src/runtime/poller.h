// Poller: what the loop waits with. Two engines: uring_poller.h and epoll_poller.h.
//
// An Operation is one receive, send or wait for readiness on a descriptor. It lives in the frame of the coroutine that
// awaits it; nothing is allocated, and the kernel works directly on the memory the coroutine gave. That is safe because
// an Operation never dies in flight: its destructor withdraws it and returns only when the kernel has let go of it
// (with io_uring: cancel, then wait for its completion; all operations are on sockets and the like, whose cancellation
// is immediate). Cancelling is rare and costs one system call; the usual way through costs none of its own.
#pragma once

#include <sys/socket.h>

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "base/result.h"
#include "base/schedule.h"
#include "runtime/world.h"

namespace mortar {

class Poller;

class Operation {
 public:
  enum class Kind { receive, send, readiness };

  static Operation receive(Poller& poller, int descriptor, std::span<std::byte> into) {
    return Operation(poller, Kind::receive, descriptor, into, nullptr, 0);
  }
  // Sends at least a part; the message and its memory must stay.
  static Operation send(Poller& poller, int descriptor, msghdr& message) {
    return Operation(poller, Kind::send, descriptor, {}, &message, 0);
  }
  // Events are those of poll(2).
  static Operation readiness(Poller& poller, int descriptor, short events) {
    return Operation(poller, Kind::readiness, descriptor, {}, nullptr, events);
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation() { withdraw(); }

  // Ends it, if it is in flight; who waits is woken, with ECANCELED unless the operation came to its own end.
  void withdraw();

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept;
  // An amount or events, or an errno number negated.
  int await_resume() noexcept {
    taken_ = true;
    return result_;
  }

  // How many bytes were received that the coroutine did not live to take.
  std::size_t untaken() const { return taken_ || result_ <= 0 ? 0 : static_cast<std::size_t>(result_); }

  // For the engines.
  Kind kind() const { return kind_; }
  int descriptor() const { return descriptor_; }
  std::span<std::byte> into() const { return into_; }
  msghdr* message() const { return message_; }
  short events() const { return events_; }
  bool in_flight() const { return in_flight_; }
  void complete(int result) {
    in_flight_ = false;
    result_ = result;
    wake(waiter_);
  }

 private:
  Operation(Poller& poller, Kind kind, int descriptor, std::span<std::byte> into, msghdr* message, short events)
      : poller_(poller), kind_(kind), descriptor_(descriptor), into_(into), message_(message), events_(events) {}

  Poller& poller_;
  Kind kind_;
  int descriptor_;
  std::span<std::byte> into_;
  msghdr* message_;
  short events_;
  bool in_flight_ = false;
  bool taken_ = false;
  int result_ = 0;
  Waiter waiter_;
};

class Poller {
 public:
  virtual ~Poller() = default;

  // At most one operation a direction and descriptor.
  virtual void start(Operation& operation) = 0;
  // Returns when nothing of the operation is in flight any more; it has been completed then.
  virtual void withdraw(Operation& operation) = 0;
  // To be told before a descriptor that was waited for is closed.
  virtual void forget(int descriptor) = 0;
  // Waits for completions, a wake() or the end of the time (none: for ever), and puts who is concerned into the ready
  // queue.
  virtual void wait(std::optional<Duration> limit) = 0;
  // From any thread: the wait that goes on, or else the next one, ends.
  virtual void wake() = 0;
};

inline void Operation::withdraw() {
  if (in_flight_) poller_.withdraw(*this);
}

inline void Operation::await_suspend(std::coroutine_handle<> handle) noexcept {
  waiter_.handle = handle;
  in_flight_ = true;
  poller_.start(*this);
}

}  // namespace mortar
