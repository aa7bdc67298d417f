// Faults of a volume, one after the other, chosen by chance: connections cut, networks divided, brick processes killed,
// brick hosts without power.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "operation_log.h"
#include "volume_under_test.h"

namespace mortar::sim {

class Faults {
 public:
  struct Menu {
    bool cuts = true;
    bool partitions = true;
    bool splits = false;  // clients and bricks in two parts that do not reach each other, in any shape
    bool kills = true;
    bool power_cuts = true;
    // A disk that loses power loses all that was not synced, and not only some of it.
    bool worst_power_cuts = false;
    Duration longest = std::chrono::seconds(120);
  };

  Faults(VolumeUnderTest& volume, Random random, Menu menu, OperationLog& log)
      : volume_(volume), random_(random), menu_(menu), log_(log) {}

  // Something breaks within the next few milliseconds of the simulation, often in the middle of an operation.
  void begin();
  bool has_begun() const { return begun_; }
  // Whatever is broken is mended, after a while of the fault's own.
  Task<> end();
  // What else happens at these moments. With the power a disk loses what was not synced.
  std::function<void()> on_power_cut = [] {};
  std::function<void()> on_power_back = [] {};

 private:
  void strike();
  void cut();
  void divide();
  void split();
  void kill();
  void power_off();
  ServedBrick& some_brick() { return volume_.brick(random_.below(volume_.bricks())); }
  MountedClient& some_client() { return volume_.client(random_.below(volume_.clients())); }
  void note(const std::string& what);

  VolumeUnderTest& volume_;
  Random random_;
  const Menu menu_;
  OperationLog& log_;
  bool begun_ = false;
  Duration lasts_{};
};

// Lets virtual time pass.
Task<> pass_time(Simulation& simulation, Duration duration);
// ETIMEDOUT where the volume does not come back within a generous while.
Task<> until_connected(VolumeUnderTest& volume);

}  // namespace mortar::sim
