#include "runtime/network.h"

#include <fmt/format.h>

namespace mortar {

std::string Address::text() const {
  if (is_unix()) return path;
  if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host.empty() ? "*" : host, port);
}

bool are_on_one_machine(const Address& local, const Address& peer) {
  const bool is_loopback = peer.host.starts_with("127.") || peer.host == "::1";
  return peer.is_unix() || is_loopback || local.host == peer.host;
}

}  // namespace mortar
