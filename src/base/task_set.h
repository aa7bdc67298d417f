// Work that runs beside its starter and is owned by a TaskSet. When the set dies, what still runs in it is cancelled.
#pragma once

#include <coroutine>
#include <cstddef>
#include <list>

#include "base/schedule.h"
#include "base/task.h"

namespace mortar {

class TaskSet {
 public:
  TaskSet() = default;
  TaskSet(const TaskSet&) = delete;
  TaskSet& operator=(const TaskSet&) = delete;
  ~TaskSet() { cancel(); }

  // Starts the task now, up to its first suspension. Its result is dropped: a task that can fail handles its errors.
  void start(Task<> task);
  std::size_t running() const { return roots_.size(); }
  // Destroys everything that still runs. Not to be called by a task of this set.
  void cancel();
  // Resumes once nothing runs.
  Task<> finished();

 private:
  struct Root;
  static Root run(TaskSet& set, Task<> task);

  std::list<std::coroutine_handle<>> roots_;
  WaitList waiting_;
};

}  // namespace mortar
