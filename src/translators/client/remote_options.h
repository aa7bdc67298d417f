// The options of a "protocol/client" section, and what all clients of a process have in common.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>

#include "translator/options.h"

namespace mortar {

struct RemoteOptions {
  std::string remote_host;
  std::int32_t remote_port = 0;  // 0: asked of the glusterd on the remote host
  std::string remote_subvolume;
  std::string address_family = "inet";
  std::chrono::seconds ping_timeout{42};
  std::chrono::seconds frame_timeout{1800};
  bool bind_insecure = true;
  bool send_gids = true;
  bool strict_locks = false;
  bool no_delay = true;
  bool keepalive = true;
  std::chrono::seconds keepalive_time{20};
  std::chrono::seconds keepalive_interval{2};
  std::int32_t keepalive_count = 9;
  std::chrono::seconds user_timeout{0};
  bool tls = false;

  auto options(this auto& self) {
    using std::chrono::seconds;
    return std::tuple(
        Option{"remote-host", self.remote_host, "Server of the brick"},
        Option{"remote-port", self.remote_port, "Port of the brick; 0: ask the server's glusterd", 0, 65535},
        Option{"remote-subvolume", self.remote_subvolume, "The brick, by the name that its server knows it by"},
        Option{"transport.address-family", self.address_family, "inet or inet6"},
        Option{"ping-timeout", self.ping_timeout, "Silence after which the connection is given up; 0: never",
               seconds(0), seconds(1013)},
        Option{"frame-timeout", self.frame_timeout, "How long an operation may take; 0: any time", seconds(0),
               seconds(86400)},
        Option{"client-bind-insecure", self.bind_insecure, "Connect from a port that is not privileged"},
        Option{"send-gids", self.send_gids, "Send the groups of the caller"},
        Option{"strict-locks", self.strict_locks, "After a lost connection, files with locks stay closed"},
        Option{"transport.socket.nodelay", self.no_delay, "Send small messages at once"},
        Option{"transport.socket.keepalive", self.keepalive, "Probe idle connections"},
        Option{"transport.socket.keepalive-time", self.keepalive_time, "Idle time before the first probe"},
        Option{"transport.socket.keepalive-interval", self.keepalive_interval, "Time between probes"},
        Option{"transport.socket.keepalive-count", self.keepalive_count, "Probes without an answer"},
        Option{"transport.tcp-user-timeout", self.user_timeout, "Time until unacknowledged data ends a connection",
               seconds(0), seconds(1013)},
        Option{"transport.socket.ssl-enabled", self.tls, "TLS"});
  }
};

// What the clients of a process have in common, and what they learn of the volume together.
struct ClientProcess {
  std::string context_id;  // of the process, in its clients' uids
  std::string volume_id;   // learnt from the first brick that answers

  // Counts the graphs of the process: a name that comes again belongs to the next graph.
  unsigned graph_of(const std::string& name) {
    if (names_.contains(name)) {
      names_.clear();
      ++graph_;
    }
    names_.insert(name);
    return graph_;
  }

 private:
  std::set<std::string> names_;
  unsigned graph_ = 0;
};

}  // namespace mortar
