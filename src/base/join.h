// Several tasks at once.
//
//   std::vector<Result<T>> answers = co_await tried(all(std::move(tasks)));
//   Answers<T> first = co_await tried(quorum(std::move(tasks), 2));   // at least two succeeded, or all have answered
#pragma once

#include <coroutine>
#include <optional>
#include <vector>

#include "base/event.h"
#include "base/task.h"
#include "base/task_set.h"

namespace mortar {

// What came back of a fan-out; an empty place has not answered yet.
template <class T>
using Answers = std::vector<std::optional<Result<T>>>;

namespace detail {

template <class T>
struct Fan {
  Answers<T> answers;
  std::size_t succeeded = 0;
  std::size_t failed = 0;
  std::size_t wanted = 0;
  Event enough;
  TaskSet running;

  bool is_enough() const { return succeeded >= wanted || succeeded + failed == answers.size(); }
};

template <class T>
Task<> answer(Fan<T>& fan, std::size_t index, Task<T> task) {
  Result<T> result = co_await std::move(task);
  ++(result ? fan.succeeded : fan.failed);
  fan.answers[index].emplace(std::move(result));
  if (fan.is_enough()) fan.enough.set();
  co_return done;
}

}  // namespace detail

// Waits until `wanted` tasks succeeded or all have answered. The tasks that still run then are cancelled: a caller that
// needs them to go on keeps them in a TaskSet of its own.
template <class T>
Task<Answers<T>> quorum(std::vector<Task<T>> tasks, std::size_t wanted) {
  detail::Fan<T> fan;
  fan.answers.resize(tasks.size());
  fan.wanted = wanted;
  for (std::size_t index = 0; index < tasks.size(); ++index) {
    fan.running.start(detail::answer(fan, index, std::move(tasks[index])));
  }
  if (!fan.is_enough()) {
    co_await fan.enough.wait();
  }
  co_return std::move(fan.answers);
}

template <class T>
Task<std::vector<Result<T>>> all(std::vector<Task<T>> tasks) {
  const std::size_t count = tasks.size();
  detail::Fan<T> fan;
  fan.answers.resize(count);
  fan.wanted = count + 1;
  for (std::size_t index = 0; index < count; ++index) {
    fan.running.start(detail::answer(fan, index, std::move(tasks[index])));
  }
  if (!fan.is_enough()) {
    co_await fan.enough.wait();
  }
  std::vector<Result<T>> results;
  results.reserve(count);
  for (std::optional<Result<T>>& answer : fan.answers) results.push_back(std::move(*answer));
  co_return results;
}

}  // namespace mortar
