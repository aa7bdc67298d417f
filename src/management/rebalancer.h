// The processes of this server that walk through volumes: one for each volume whose rebalance is running. A process
// ends by itself once it has told how its walk ended (the handshake program's EVENT_NOTIFY); one that ends without
// that has failed. It goes on without its glusterd, and is found again.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/task_set.h"
#include "management/daemon_process.h"
#include "management/places.h"
#include "pool/pool.h"
#include "runtime/world.h"

namespace mortar {

class Rebalancer {
 public:
  // Called when a process has ended; what it told was told before.
  using Ended = std::function<Task<>(std::string volume, Gfid rebalance)>;
  Rebalancer(World& world, const Places& places, const Gfid& server, Ended ended);
  ~Rebalancer();

  // Finds the process of the volume's rebalance or starts one. The error says why there is none.
  Task<> start(Volume volume);
  // It ends, within a while, and what it tells is not waited for.
  Task<> stop(Volume volume);
  // How far it is; ENOTCONN where it does not run.
  Task<RebalancePart> ask(Volume volume);

 private:
  DaemonProcess process_of(const Volume& volume) const;
  Task<> watch(std::string volume, Gfid rebalance, int pid);

  World& world_;
  const Places& places_;
  const Gfid server_;
  const Ended ended_;
  std::map<std::string, TaskSet> watching_;  // by volume
};

// What a rebalance process tells of itself, whichever way.
RebalancePart rebalance_part_told(const Dictionary& told);

// The whole command line; scripts read it.
Command rebalance_command(const Places& places, const Volume& volume, const Gfid& server);

}  // namespace mortar
