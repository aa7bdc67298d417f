#include "base/task_set.h"

#include "base/event.h"
#include "base/frame_pool.h"

namespace mortar {

struct TaskSet::Root {
  struct promise_type {
    TaskSet& set;
    std::list<std::coroutine_handle<>>::iterator place;

    promise_type(TaskSet& owner, Task<>&) : set(owner) {
      place = set.roots_.insert(set.roots_.end(), std::coroutine_handle<promise_type>::from_promise(*this));
    }
    static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { frame_pool::release(frame, size); }

    Root get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct End {
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<promise_type> handle) const noexcept {
          TaskSet& owner = handle.promise().set;
          owner.roots_.erase(handle.promise().place);
          handle.destroy();
          if (owner.roots_.empty()) owner.waiting_.move_to(ready_queue());
        }
        void await_resume() const noexcept {}
      };
      return End{};
    }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};

TaskSet::Root TaskSet::run(TaskSet&, Task<> task) {
  Task<> owned = std::move(task);
  Result<Done> dropped = co_await std::move(owned);
  static_cast<void>(dropped);
}

void TaskSet::start(Task<> task) { run(*this, std::move(task)); }

void TaskSet::cancel() {
  while (!roots_.empty()) {
    std::coroutine_handle<> root = roots_.front();
    roots_.pop_front();
    root.destroy();
  }
}

Task<> TaskSet::finished() {
  while (!roots_.empty()) {
    co_await Queued(waiting_);
  }
  co_return done;
}

}  // namespace mortar
