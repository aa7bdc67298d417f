// Who holds a lock, and how one waits for it.
#pragma once

#include <compare>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/schedule.h"
#include "runtime/world.h"
#include "wire/identity.h"

namespace mortar::locks {

// Locks of one holder never exclude each other.
struct Holder {
  std::uint64_t client = 0;  // Client::number
  LockOwner owner;
  friend auto operator<=>(const Holder&, const Holder&) = default;
};

// What is told of a lock beside what it covers.
struct Circumstances {
  Holder holder;
  std::int32_t pid = 0;
  std::string client_uid;
  bool by_handle = false;   // asked on an open file, which outlives the file's name
  Instant granted_since{};  // for revocation
  Moment granted_at;        // wall clock; zero: not yet
  Moment blocked_at;        // zero: never waited
};

// A place in the queue, in the frame of the coroutine that waits. Whoever answers wakes it once; a frame that dies
// before it has seen the answer gives up the place, or the lock it was just granted.
class Request : public Waiter {
 public:
  explicit Request(std::function<void()> give_up) : give_up_(std::move(give_up)) {}
  ~Request() {
    if (give_up_) give_up_();
  }

  void answer(std::optional<Error> error) {
    answered_ = true;
    error_ = std::move(error);
    // A lock that was refused is in no queue any more.
    if (error_) give_up_ = nullptr;
    if (handle) wake(*this);
  }

  bool await_ready() const noexcept { return answered_; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept { handle = waiting; }
  Result<Done> await_resume() {
    give_up_ = nullptr;
    if (error_) return std::unexpected(*error_);
    return done;
  }

 private:
  std::function<void()> give_up_;
  bool answered_ = false;
  std::optional<Error> error_;
};

}  // namespace mortar::locks
