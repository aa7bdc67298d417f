// Addresses in the system's form.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/network.h"

namespace mortar {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }

  // An IPv4 or IPv6 address in text; nothing for anything else.
  static std::optional<SocketAddress> numeric(const std::string& host, std::uint16_t port);
  static SocketAddress any(int family, std::uint16_t port);
  // ENAMETOOLONG beyond 107 bytes.
  static Result<SocketAddress> unix_socket(const std::string& path);
  static SocketAddress local_of(int socket);

  // IPv4 mapped into IPv6 is shown as IPv4.
  Address address() const;
};

// What a host name stands for; blocks. Empty where it does not resolve.
std::vector<SocketAddress> look_up(const std::string& host, std::uint16_t port);

}  // namespace mortar
