// Faults of a pool, chosen by chance, each for a while of its own: daemons killed, machines without power, networks
// divided or slow, connections cut, voters that do not answer or whose answers get lost, a disk that is lost.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "pool_under_test.h"

namespace mortar::sim {

struct FaultMenu {
  bool kills = true;
  bool power_cuts = true;
  bool partitions = true;
  bool delays = true;
  bool outages = true;
  bool lost_disks = true;
  Duration longest = std::chrono::seconds(90);
};

class PoolFaults {
 public:
  PoolFaults(PoolUnderTest& pool, Random random, FaultMenu menu) : pool_(pool), random_(random), menu_(menu) {}

  // Something breaks within the next seconds, often in the middle of a command.
  void begin();
  std::size_t open() const { return open_; }
  // All is mended that is broken.
  void mend_all();

  const std::vector<std::string>& log() const { return log_; }
  void note(const std::string& what);

 private:
  using Strike = void (PoolFaults::*)();
  void strike(Strike what);
  void kill();
  void cut_power();
  void cut_power_at_a_call();
  void divide();
  void block();
  void isolate();
  void cut_connections();
  void slow_down();
  void silence_voters();
  void lose_answers();
  void lose_disk();
  bool may_lose_disk(ServerUnderTest& server);
  // After a while.
  void mend(std::function<void()> how);
  void power_on(ServerUnderTest& server);
  ServerUnderTest& some_server() { return pool_.server(random_.below(pool_.size())); }
  Duration some_while(Duration longest);

  PoolUnderTest& pool_;
  Random random_;
  const FaultMenu menu_;
  std::size_t open_ = 0;
  std::uint64_t healed_ = 0;  // how often all was mended
  std::vector<std::string> log_;
};

}  // namespace mortar::sim
