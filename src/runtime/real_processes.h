// Processes over fork, exec and process descriptors: no signal handler, nothing polled.
#pragma once

#include <map>
#include <memory>

#include "base/event.h"
#include "base/task_set.h"
#include "runtime/poller.h"
#include "runtime/processes.h"
#include "runtime/unique_descriptor.h"

namespace mortar {

class RealProcesses : public Processes {
 public:
  explicit RealProcesses(Poller& poller) : poller_(poller) {}

  Result<int> start(const Command& command) override;
  Task<Exit> ended(int pid) override;
  Task<Finished> run(Command command) override;
  Result<Done> signal(int pid, int number) override;
  std::vector<std::string> command_line(int pid) override;
  int own_pid() const override;

 private:
  // A child of ours; reaped as soon as it ends, its exit kept for who asks.
  struct Child {
    Exit exit;
    Event over;
  };
  Result<int> start_child(const Command& command, int output);
  static Task<> reap(Poller& poller, int pid, UniqueDescriptor process, std::shared_ptr<Child> child);
  void drop_unasked();

  Poller& poller_;
  std::map<int, std::shared_ptr<Child>> children_;
  TaskSet reaping_;
};

}  // namespace mortar
