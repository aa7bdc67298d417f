#include "runtime/socket_options.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "runtime/socket_address.h"

namespace mortar {

namespace {

bool set(int socket, int level, int option, int value) {
  return ::setsockopt(socket, level, option, &value, sizeof value) == 0;
}

int whole(std::chrono::seconds time) { return static_cast<int>(time.count()); }

}  // namespace

Result<Done> apply_options(int socket, const StreamOptions& options) {
  bool fine = set(socket, IPPROTO_TCP, TCP_NODELAY, options.no_delay ? 1 : 0);
  fine = fine && set(socket, SOL_SOCKET, SO_KEEPALIVE, options.keepalive ? 1 : 0);
  if (options.keepalive) {
    fine = fine && set(socket, IPPROTO_TCP, TCP_KEEPIDLE, whole(options.keepalive_idle));
    fine = fine && set(socket, IPPROTO_TCP, TCP_KEEPINTVL, whole(options.keepalive_interval));
    fine = fine && set(socket, IPPROTO_TCP, TCP_KEEPCNT, options.keepalive_count);
  }
  if (options.user_timeout.count() > 0) {
    fine = fine && set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, whole(options.user_timeout) * 1000);
  }
  if (!fine) return failed(errno);
  return done;
}

void bind_source_port(int socket, int family, std::uint16_t ceiling, std::uint16_t avoided) {
  // An IPv6 socket that takes a port for IPv4 too would find it taken more often.
  if (family == AF_INET6) set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  for (std::uint16_t port = ceiling; port > 0; --port) {
    if (port == avoided) continue;
    const SocketAddress local = SocketAddress::any(family, port);
    if (::bind(socket, local.get(), local.size) == 0) return;
    if (errno != EADDRINUSE) return;
  }
}

}  // namespace mortar
