// Child processes in the simulation: programs that were installed on the host, each in a World of its own.
#pragma once

#include <string>
#include <vector>

#include "runtime/processes.h"

namespace mortar {

class SimulatedWorld;

class SimulatedProcesses final : public Processes {
 public:
  explicit SimulatedProcesses(SimulatedWorld& world) : world_(world) {}

  // ENOENT where no program of that name is installed.
  Result<int> start(const Command& command) override;
  Task<Exit> ended(int pid) override;
  Task<Finished> run(Command command) override;
  // A process that is ended by a signal ends a moment later, so it may signal itself.
  Result<Done> signal(int pid, int number) override;
  std::vector<std::string> command_line(int pid) override;
  int own_pid() const override;

 private:
  SimulatedWorld& world_;
};

}  // namespace mortar
