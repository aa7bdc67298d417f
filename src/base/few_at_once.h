// Many tasks, a few of them at a time: the next begins as soon as one of these has ended, whichever that is.
//
//   const std::vector<Result<Done>> healed =
//       co_await tried(few_at_once(16, names.size(), [&](std::size_t at) { return heal(names[at]); }));
#pragma once

#include <algorithm>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/join.h"

namespace mortar {

namespace detail {

template <class Make, class T>
struct Line {
  Make make;
  std::vector<std::optional<Result<T>>> answers;
  std::size_t next = 0;
};

template <class Make, class T>
Task<> work_through(Line<Make, T>& line) {
  while (line.next < line.answers.size()) {
    const std::size_t at = line.next++;
    Result<T> answer = co_await line.make(at);
    line.answers[at].emplace(std::move(answer));
  }
  co_return done;
}

}  // namespace detail

// `make` gives the task of each number below `count`. The answers are in the order of the numbers.
template <class Make, class T = std::invoke_result_t<Make&, std::size_t>::Value>
Task<std::vector<Result<T>>> few_at_once(std::size_t most, std::size_t count, Make make) {
  detail::Line<Make, T> line{.make = std::move(make), .answers = {}};
  line.answers.resize(count);
  std::vector<Task<>> workers;
  for (std::size_t worker = 0; worker < std::min(most, count); ++worker) workers.push_back(work_through(line));
  co_await tried(all(std::move(workers)));
  std::vector<Result<T>> answers;
  answers.reserve(count);
  for (std::optional<Result<T>>& answer : line.answers) answers.push_back(std::move(*answer));
  co_return answers;
}

}  // namespace mortar
