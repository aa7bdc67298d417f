// Task<T>: a coroutine that yields Result<T>.
//
//   Task<Entry> Cache::lookup(Name name) {
//     Entry fresh = co_await tried(next().lookup(name));   // on an error this coroutine ends with it
//     Result<Entry> other = co_await next().lookup(name);  // or look at the error yourself
//     if (!other) co_return other.error();
//     co_return fresh;
//   }
//
// Lazy: nothing runs before it is awaited (or given to a TaskSet, see task_set.h). Awaiting passes control directly,
// without growing the stack. Destroying a Task that has not finished destroys its frame and, with it, all that it
// awaits: cancellation. In-flight input and output owns its buffers, so that is always safe.
//
// tried(): the finished child, seeing an error and a parent that tries, stores the error in the parent and hands
// control to the grandparent. The parent's locals die when the grandparent's expression ends.
//
// An await stands alone: `auto x = co_await f(y);`. Never in a condition, in braces or inside another call.
#pragma once

#include <coroutine>
#include <cstdlib>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/frame_pool.h"
#include "base/result.h"

namespace mortar {

template <class T = Done>
class Task;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  PromiseBase* tried_by = nullptr;  // the parent that ends with this one's error
  std::optional<Error> error;

  static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { frame_pool::release(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }

  // Hands an error up through every parent that tries; the answer is who goes on.
  std::coroutine_handle<> finish() noexcept {
    PromiseBase* promise = this;
    while (promise->error && promise->tried_by != nullptr) {
      PromiseBase* parent = promise->tried_by;
      parent->error = std::move(promise->error);
      promise = parent;
    }
    return promise->continuation;
  }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
      return handle.promise().finish();
    }
    void await_resume() const noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;

  Task<T> get_return_object() noexcept;
  template <class U>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& given) {
    value.emplace(std::forward<U>(given));
  }
  void return_value(Error given) { error = std::move(given); }
  void return_value(std::unexpected<Error> given) { error = std::move(given.error()); }
  void return_value(Result<T> given) {
    if (given) {
      value.emplace(std::move(*given));
    } else {
      error = std::move(given.error());
    }
  }
};

template <class T>
struct Tried {
  Task<T> task;
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;
  using Value = T;

  Task() = default;
  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  struct Awaiter {
    Handle handle;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) const noexcept {
      handle.promise().continuation = parent;
      return handle;
    }
    Result<T> await_resume() const {
      promise_type& promise = handle.promise();
      if (promise.error) return std::unexpected(std::move(*promise.error));
      return std::move(*promise.value);
    }
  };
  Awaiter operator co_await() && {
    check(static_cast<bool>(handle_), "an empty task is awaited");
    return Awaiter{handle_};
  }

  struct TriedAwaiter {
    Handle handle;
    bool await_ready() const noexcept { return false; }
    template <class ParentPromise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<ParentPromise> parent) const noexcept {
      handle.promise().continuation = parent;
      handle.promise().tried_by = &parent.promise();
      return handle;
    }
    T await_resume() const { return std::move(*handle.promise().value); }
  };
  TriedAwaiter tried_awaiter() const { return TriedAwaiter{handle_}; }

  explicit operator bool() const { return static_cast<bool>(handle_); }

 private:
  Handle handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}

template <class T>
struct TriedTask {
  Task<T> task;
  auto operator co_await() && { return task.tried_awaiter(); }
};

// A plain Result is tried without a frame: the error ends the coroutine at once.
template <class T>
struct TriedResult {
  Result<T> result;
  bool await_ready() const noexcept { return result.has_value(); }
  template <class ParentPromise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<ParentPromise> parent) noexcept {
    parent.promise().error = std::move(result.error());
    return parent.promise().finish();
  }
  T await_resume() { return std::move(*result); }
};

}  // namespace detail

// The value of a task, or the end of the awaiting coroutine with the task's error.
template <class T>
detail::TriedTask<T> tried(Task<T> task) {
  return {std::move(task)};
}

template <class T>
detail::TriedResult<T> tried(Result<T> result) {
  return {std::move(result)};
}

// A task that is already done: for layers that answer without a frame of their own to fill.
template <class T>
Task<T> ready(Result<T> result) {
  co_return std::move(result);
}

}  // namespace mortar
