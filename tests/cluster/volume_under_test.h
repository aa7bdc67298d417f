// A whole volume in virtual time: a host and a process for each brick, a host and a process for each client, every
// graph built from the volfile that the management daemon would give it.
//
//   VolumeUnderTest volume(seed, {.bricks = 3, .clients = 2});
//   ASSERT_EQ(volume.start(), "");
//   volume.simulation().run(work(volume.client(0).top()));
//   volume.brick(1).power_off();                                 // loses what was not synced
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pool/pool.h"
#include "simulation/simulation.h"
#include "translator/graph.h"

namespace mortar::sim {

// Makes a translator that stands between a client's graph and one of its bricks.
using PlantedMaker = std::function<std::unique_ptr<Translator>(std::string name)>;

struct VolumeShape {
  std::size_t bricks = 1;
  std::size_t clients = 3;
  // So many of them, the first, are on the machines of the first bricks.
  std::size_t clients_on_servers = 0;
  // What kind of volume it is; its bricks, its name and its credentials are filled in.
  Volume volume;
  std::vector<std::pair<std::string, std::string>> options;
  // Wall clocks of the hosts differ by up to this.
  Duration clock_skew = std::chrono::milliseconds(500);
  PlantedMaker planted;
  // As many bricks as it had at first: the others were added after it had been used, and hold nothing yet. 0: all.
  std::size_t first_bricks = 0;
};

class ServedBrick {
 public:
  ServedBrick(Host& host, Brick brick, Volfile volfile);
  ~ServedBrick() { kill(); }

  Host& host() { return host_; }
  const std::string& directory() const { return brick_.path; }
  bool is_running() const { return process_ != nullptr; }
  // Null while it does not run.
  Graph* graph() const { return graph_.get(); }
  // Why it did not start; empty while all is well.
  const std::string& problem() const { return problem_; }

  // It serves a little later.
  void start();
  // As kill -9: the disk keeps everything.
  void kill();
  // The disk keeps what the rule says, by default a random legal state.
  void power_off(const SurvivalRule* survives = nullptr);
  // And starts.
  void power_on();
  // As a kernel does it every few seconds: everything is on the disk.
  void write_back();

 private:
  Task<> serve(Graph& graph);

  Host& host_;
  const Brick brick_;
  const Volfile volfile_;
  SimulatedWorld* process_ = nullptr;
  std::unique_ptr<Graph> graph_;
  std::string problem_;
};

class MountedClient {
 public:
  MountedClient(Host& host, Volfile volfile, TranslatorTypes types);
  ~MountedClient() { kill(); }

  Host& host() { return host_; }
  World& world() { return *process_; }
  Graph& graph() const { return *graph_; }
  Translator& top() const { return graph_->top(); }
  const std::string& problem() const { return problem_; }

  void start();
  void kill();
  // To each of the bricks.
  bool is_connected() const;

 private:
  Task<> begin(Graph& graph);

  Host& host_;
  const Volfile volfile_;
  const TranslatorTypes types_;
  SimulatedWorld* process_ = nullptr;
  std::unique_ptr<Graph> graph_;
  std::string problem_;
};

class VolumeUnderTest {
 public:
  VolumeUnderTest(std::uint64_t seed, VolumeShape shape);
  ~VolumeUnderTest();

  // Starts the bricks, and one client of those that the volume has at first, for as long as the work takes. The
  // sentence of what went wrong.
  std::string furnish(std::function<Task<>(Translator&)> work);
  // Starts everything and waits until all clients are connected to all bricks. The sentence of what went wrong.
  std::string start();
  // Stops the clients as an unmount does, then the bricks; the disks stay.
  std::string stop();
  bool is_connected() const;
  std::string problem() const;

  Simulation& simulation() { return simulation_; }
  const Volume& volume() const { return volume_; }
  std::size_t bricks() const { return bricks_.size(); }
  std::size_t clients() const { return clients_.size(); }
  ServedBrick& brick(std::size_t index) { return *bricks_[index]; }
  MountedClient& client(std::size_t index) { return *clients_[index]; }
  // Another client, which is no user's.
  std::unique_ptr<MountedClient> make_client(std::size_t bricks);

 private:
  void add_brick(std::size_t index, const VolumeShape& shape);
  void add_client(std::size_t index, const VolumeShape& shape);

  Simulation simulation_;
  Volume volume_;
  const std::size_t first_bricks_;
  std::size_t others_ = 0;  // clients that are no user's
  std::vector<std::unique_ptr<ServedBrick>> bricks_;
  std::vector<std::unique_ptr<MountedClient>> clients_;
};

}  // namespace mortar::sim
