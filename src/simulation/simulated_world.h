// A machine of the simulation, and a process on it.
//
// A Host has a name, addresses, one disk and a wall clock that may be wrong. A SimulatedWorld is the World of one
// process of it: killing it cancels its tasks, breaks its streams, closes its listeners and drops its work off the
// loop. What a test itself owns (a graph, a server object) it destroys before or after, as it likes: a dead process's
// World stays until the Simulation ends, and answers ESHUTDOWN.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "runtime/world.h"
#include "simulation/disk/simulated_file_system.h"
#include "simulation/event_queue.h"
#include "simulation/simulated_network.h"
#include "simulation/simulated_processes.h"

namespace mortar {

class Simulation;
class Host;

class SimulatedWorld final : public World {
 public:
  SimulatedWorld(Host& host, int pid, std::vector<std::string> command_line);
  ~SimulatedWorld() override;

  Host& host() { return host_; }
  int pid() const { return pid_; }
  bool alive() const { return alive_; }
  const std::vector<std::string>& command_line() const { return command_line_; }

  // Starts a task of this process.
  void start(Task<> task);
  // As kill -9. Not to be called by a task of this process; see SimulatedProcesses::signal for those.
  void kill() { end(Exit{-1, 9}); }
  // Ends the process as if its main function had returned; the same holds.
  void end(Exit exit);
  const Exit& exit() const { return exit_; }
  WaitList& waiting_for_end() { return waiting_for_end_; }
  // What the process printed, which Processes::run collects.
  std::string& output() { return output_; }
  // Receives the signals but SIGKILL; without it they end the process.
  void on_signal(std::function<void(int)> handler) { signal_handler_ = std::move(handler); }
  const std::function<void(int)>& signal_handler() const { return signal_handler_; }

  Instant now() const override;
  Moment wall_clock() const override;
  Task<> sleep(Duration duration) override;
  Gfid boot_id() override;
  void random(std::span<std::uint8_t> bytes) override;
  Network& network() override { return network_; }
  FileSystem& files() override;
  Processes& processes() override { return processes_; }

  Simulation& simulation();

 private:
  void run_off_loop(std::function<void()> work, std::function<void()> then) override;
  // An event that dies with the process.
  void after(Duration delay, std::function<void()> what);

  Host& host_;
  const int pid_;
  const std::vector<std::string> command_line_;
  bool alive_ = true;
  Exit exit_;
  std::string output_;
  std::function<void(int)> signal_handler_;
  WaitList waiting_for_end_;
  Random random_;
  std::set<EventQueue::Id> own_events_;
  ProcessNetwork network_;
  SimulatedProcesses processes_;
  TaskSet tasks_;
};

class Host {
 public:
  // What a program does: its exit status.
  using Program = std::function<Task<int>(SimulatedWorld&, std::vector<std::string> arguments)>;

  Host(Simulation& simulation, std::size_t index, std::string name, std::string address);
  ~Host();

  Simulation& simulation() { return simulation_; }
  std::size_t index() const { return index_; }
  const std::string& name() const { return name_; }
  const std::string& address() const { return address_; }
  SimulatedFileSystem& disk() { return *disk_; }
  bool is_up() const { return up_; }
  Gfid boot_id() const;

  SimulatedWorld& start_process(std::string name = "process");
  // Makes `name` (a path or a bare word, as the first argument of a Command) something that can be started.
  void install(std::string name, Program program) { programs_[std::move(name)] = std::move(program); }
  const Program* find_program(const std::string& name) const;
  // Null where no living process has that pid.
  SimulatedWorld* find_process(int pid);
  std::vector<SimulatedWorld*> living_processes() const;

  // As kill -9 of every process; the disk keeps everything.
  void kill_all();
  // Kills everything at once and the disk keeps what `survives` lets it keep, by default a random legal state.
  // Peers do not hear of it: their connections fail by timeout, or by a reset once the host is up again.
  void power_off(const SurvivalRule* survives = nullptr);
  void power_on();

  Moment wall_clock() const;
  // Makes the wall clock jump.
  void shift_wall_clock(Duration by) { wall_offset_ += by; }

 private:
  friend class SimulatedProcesses;
  SimulatedWorld& make_process(std::vector<std::string> command_line);

  Simulation& simulation_;
  const std::size_t index_;
  const std::string name_;
  const std::string address_;
  bool up_ = true;
  std::uint32_t boots_ = 1;
  int last_pid_ = 100;
  Duration wall_offset_{};
  std::unique_ptr<SimulatedFileSystem> disk_;
  std::map<std::string, Program> programs_;
  std::vector<std::unique_ptr<SimulatedWorld>> processes_;
};

}  // namespace mortar
