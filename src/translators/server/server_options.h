// The options of a "protocol/server" section. Those of authentication (auth.*) are read where they are used.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>

#include "translator/options.h"

namespace mortar {

struct ServerOptions {
  std::string address_family = "inet";
  std::string bind_address;
  std::int32_t listen_port = 0;
  std::int32_t listen_backlog = 1024;
  bool no_delay = true;
  bool keepalive = true;
  std::chrono::seconds keepalive_time{20};
  std::chrono::seconds keepalive_interval{2};
  std::int32_t keepalive_count = 9;
  std::chrono::seconds user_timeout{42};
  bool tls = false;
  bool shortcuts = true;

  bool allow_insecure = true;
  bool dynamic_auth = true;
  bool root_squash = false;
  bool all_squash = false;
  std::uint32_t anonymous_uid = 65534;
  std::uint32_t anonymous_gid = 65534;
  bool manage_gids = false;
  std::chrono::seconds gid_timeout{300};
  std::int32_t outstanding_limit = 64;
  std::uint32_t most_descriptors = 1U << 20;

  auto options(this auto& self) {
    using std::chrono::seconds;
    return std::tuple(
        Option{"transport.address-family", self.address_family, "inet or inet6"},
        Option{"transport.socket.bind-address", self.bind_address, "Address to listen on; empty for all"},
        Option{"transport.socket.listen-port", self.listen_port, "TCP port", 0, 65535},
        Option{"listen-port", self.listen_port, "TCP port", 0, 65535},
        Option{"transport.listen-backlog", self.listen_backlog, "Connections not accepted yet", 0, 65535},
        Option{"transport.socket.nodelay", self.no_delay, "Send small messages at once"},
        Option{"transport.socket.keepalive", self.keepalive, "Probe idle connections"},
        Option{"transport.socket.keepalive-time", self.keepalive_time, "Idle time before the first probe"},
        Option{"transport.socket.keepalive-interval", self.keepalive_interval, "Time between probes"},
        Option{"transport.socket.keepalive-count", self.keepalive_count, "Probes without an answer"},
        Option{"transport.tcp-user-timeout", self.user_timeout, "Time until unacknowledged data ends a connection",
               seconds(0), seconds(1013)},
        Option{"transport.socket.ssl-enabled", self.tls, "TLS"},
        Option{"shortcuts", self.shortcuts, "Let clients on this machine go on by a Unix socket instead of TCP"},
        Option{"rpc-auth-allow-insecure", self.allow_insecure, "Accept clients on unprivileged ports"},
        Option{"dynamic-auth", self.dynamic_auth, "Disconnect clients that a changed option does not allow any more"},
        Option{"root-squash", self.root_squash, "Requests of root count as of the anonymous user"},
        Option{"all-squash", self.all_squash, "All requests count as of the anonymous user"},
        Option{"anonuid", self.anonymous_uid, "Uid of the anonymous user"},
        Option{"anongid", self.anonymous_gid, "Gid of the anonymous user"},
        Option{"manage-gids", self.manage_gids, "Look groups up here instead of trusting the request"},
        Option{"gid-timeout", self.gid_timeout, "How long groups that were looked up are kept"},
        Option{"rpc.outstanding-rpc-limit", self.outstanding_limit,
               "Requests of a client that may wait for their answer; 0: 65536", 0, 65536},
        Option{"open-fd-limit", self.most_descriptors, "Files and directories a client may hold open", 1U, 1U << 24});
  }
};

}  // namespace mortar
