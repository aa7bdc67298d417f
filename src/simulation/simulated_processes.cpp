#include "simulation/simulated_processes.h"

#include <fmt/format.h>

#include "base/event.h"
#include "simulation/simulation.h"

namespace mortar {

namespace {

constexpr std::size_t most_output = 1 << 20;

// Ends the process from an event, because a task of the process cannot.
void end_soon(SimulatedWorld& world, Exit exit) {
  world.simulation().events().after(Duration(1), [&world, exit] { world.end(exit); });
}

Task<> run_program(SimulatedWorld& world, Task<int> program) {
  Result<int> status = co_await std::move(program);
  end_soon(world, Exit{status.value_or(1), 0});
  co_return done;
}

}  // namespace

Result<int> SimulatedProcesses::start(const Command& command) {
  check(!command.arguments.empty(), "a command has a program");
  Host& host = world_.host();
  const Host::Program* program = host.find_program(command.arguments.front());
  if (program == nullptr) return failed(ENOENT, fmt::format("there is no program {}", command.arguments.front()));
  SimulatedWorld& child = host.make_process(command.arguments);
  child.start(run_program(child, (*program)(child, command.arguments)));
  return child.pid();
}

Task<Exit> SimulatedProcesses::ended(int pid) {
  SimulatedWorld* process = world_.host().find_process(pid);
  if (process == nullptr) co_return Exit{};
  co_await Queued(process->waiting_for_end());
  co_return process->exit();
}

Task<Finished> SimulatedProcesses::run(Command command) {
  Result<int> pid = start(command);
  if (!pid) co_return pid.error();
  SimulatedWorld* process = world_.host().find_process(*pid);
  Exit exit = co_await tried(ended(*pid));
  co_return Finished{exit, process->output().substr(0, most_output)};
}

Result<Done> SimulatedProcesses::signal(int pid, int number) {
  constexpr int kill_signal = 9;
  SimulatedWorld* process = world_.host().find_process(pid);
  if (process == nullptr) return failed(ESRCH);
  if (number == 0) return done;
  if (number == kill_signal || !process->signal_handler()) {
    end_soon(*process, Exit{-1, number});
    return done;
  }
  process->simulation().events().after(Duration(1), [process, number] {
    if (process->signal_handler()) process->signal_handler()(number);
  });
  return done;
}

std::vector<std::string> SimulatedProcesses::command_line(int pid) {
  SimulatedWorld* process = world_.host().find_process(pid);
  return process == nullptr ? std::vector<std::string>{} : process->command_line();
}

int SimulatedProcesses::own_pid() const { return world_.pid(); }

}  // namespace mortar
