// A process of a volume that is no brick: it goes into the background, goes on without its glusterd, and is found
// again.
#pragma once

#include <optional>
#include <string>

#include "pool/pool.h"
#include "runtime/world.h"

namespace mortar {

struct DaemonProcess {
  std::string name;  // in sentences: "rebalance process of vol"
  Command command;   // scripts read it; the socket is one of its words
  std::string pid_file;
  std::string socket;  // no other process has this one
  std::string log;
};

// Its pid; a pid that now belongs to something else is none.
std::optional<int> find_daemon(World& world, const DaemonProcess& daemon);

// Finds it or starts it. The error says why it does not run.
Task<int> start_daemon(World& world, DaemonProcess daemon);

// Waits until it has ended, and kills it where that takes too long.
Task<> see_daemon_end(World& world, DaemonProcess daemon, int pid);

}  // namespace mortar
