// The templates of world.h.
#pragma once

#include <optional>
#include <utility>

#include "base/event.h"
#include "runtime/world.h"

namespace mortar {

template <class F>
auto World::off_loop(F work) -> Task<std::invoke_result_t<F>> {
  using Outcome = std::invoke_result_t<F>;
  Completion<Outcome> completion;
  auto outcome = std::make_shared<std::optional<Outcome>>();
  run_off_loop([work = std::move(work), outcome]() mutable { outcome->emplace(work()); },
               [completion, outcome] { completion.complete(Result<Outcome>(std::move(**outcome))); });
  Outcome value = co_await tried(completion.wait());
  co_return std::move(value);
}

namespace detail {

template <class T>
Task<> complete_with(Completion<T> completion, Task<T> task) {
  Result<T> result = co_await std::move(task);
  completion.complete(std::move(result));
  co_return done;
}

template <class T>
Task<> time_out(World& world, Completion<T> completion, Duration limit) {
  co_await world.sleep(limit);
  completion.complete(failed(ETIMEDOUT));
  co_return done;
}

}  // namespace detail

template <class T>
Task<T> with_deadline(World& world, Duration limit, Task<T> task) {
  TaskSet running;
  Completion<T> completion;
  running.start(detail::complete_with(completion, std::move(task)));
  if (!completion.completed()) running.start(detail::time_out(world, completion, limit));
  T value = co_await tried(completion.wait());
  co_return std::move(value);
}

}  // namespace mortar
