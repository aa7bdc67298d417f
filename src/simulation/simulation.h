// A whole pool in one process, in virtual time, decided by one seed.
//
//   Simulation simulation(seed);
//   Host& server = simulation.add_host("server", "10.0.0.1");
//   SimulatedWorld& brick = server.start_process("brick");
//   brick.start(serve(brick));                                   // any Task<>, with the World it runs in
//   simulation.run_for(std::chrono::seconds(1));
//   server.power_off();                                          // loses what was not synced
//   EXPECT_EQ(simulation.trace().hash(), other_run.trace().hash());
//
// Everything runs on the thread that calls run_*: one Simulation at a time on a thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/task_set.h"
#include "simulation/event_queue.h"
#include "simulation/simulated_network.h"
#include "simulation/simulated_world.h"
#include "simulation/trace.h"

namespace mortar {

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  ~Simulation();

  std::uint64_t seed() const { return seed_; }
  Instant now() const { return events_.now(); }
  EventQueue& events() { return events_; }
  Trace& trace() { return trace_; }
  // For the scenario's own choices.
  Random& random() { return random_; }
  SimulatedNetwork& network() { return *network_; }

  Host& add_host(std::string name, std::string address);
  // Null where no host has that name or address.
  Host* find_host(const std::string& name_or_address);
  const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }

  // Runs until nothing is ready and no event waits. Does not return while anything sleeps again and again.
  void run_until_idle();
  // Whether the condition came true before the time was over.
  bool run_until(const std::function<bool()>& condition, Duration limit = std::chrono::hours(1));
  void run_for(Duration duration);
  // Runs a task of nobody's process to its end; ETIMEDOUT where it takes longer than the limit.
  template <class T>
  Result<T> run(Task<T> task, Duration limit = std::chrono::hours(1));

 private:
  // What is ready, then one event; false where there is neither, or the next event is later than the limit.
  bool step(Instant limit);

  const std::uint64_t seed_;
  EventQueue events_;
  Trace trace_;
  Random random_;
  std::unique_ptr<SimulatedNetwork> network_;
  std::vector<std::unique_ptr<Host>> hosts_;
};

namespace detail {

template <class T>
Task<> keep_outcome(Task<T> task, std::optional<Result<T>>& outcome) {
  Result<T> result = co_await std::move(task);
  outcome.emplace(std::move(result));
  co_return done;
}

}  // namespace detail

template <class T>
Result<T> Simulation::run(Task<T> task, Duration limit) {
  std::optional<Result<T>> outcome;
  TaskSet running;
  running.start(detail::keep_outcome(std::move(task), outcome));
  if (!run_until([&outcome] { return outcome.has_value(); }, limit)) return failed(ETIMEDOUT);
  return std::move(*outcome);
}

}  // namespace mortar
