// Child processes.
#pragma once

#include <string>
#include <vector>

#include "base/task.h"

namespace mortar {

struct Command {
  std::vector<std::string> arguments;  // the first is the program
};

// How a process ended: its exit status, or the signal that killed it (then status is -1).
struct Exit {
  int status = 0;
  int signal = 0;
};

struct Finished {
  Exit exit;
  std::string output;  // of standard output and error, cut at 1 MiB
};

class Processes {
 public:
  virtual ~Processes() = default;
  // Starts it and answers its pid.
  virtual Result<int> start(const Command& command) = 0;
  // Waits for the end of any process, also of one that is not a child (its exit is unknown then: status 0, signal 0).
  virtual Task<Exit> ended(int pid) = 0;
  // Runs it to the end and collects its output. It is killed where the task is destroyed before. What it leaves in the
  // background (a daemon) goes on, and is not waited for.
  virtual Task<Finished> run(Command command) = 0;
  // 0 only asks whether the process exists. ESRCH where it does not; a zombie does not exist.
  virtual Result<Done> signal(int pid, int number) = 0;
  // Words of the command line; empty where there is no such process.
  virtual std::vector<std::string> command_line(int pid) = 0;
  virtual int own_pid() const = 0;
};

}  // namespace mortar
