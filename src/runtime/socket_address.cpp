#include "runtime/socket_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>

namespace mortar {

namespace {

template <class System>
SocketAddress made_of(const System& address) {
  SocketAddress made;
  std::memcpy(&made.storage, &address, sizeof address);
  made.size = sizeof address;
  return made;
}

template <class System>
System as(const SocketAddress& address) {
  System system;
  std::memcpy(&system, &address.storage, sizeof system);
  return system;
}

std::string text_of(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, bytes, text.data(), text.size());
  return text.data();
}

}  // namespace

std::optional<SocketAddress> SocketAddress::numeric(const std::string& host, std::uint16_t port) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) return made_of(four);
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1) return made_of(six);
  return std::nullopt;
}

SocketAddress SocketAddress::any(int family, std::uint16_t port) {
  if (family == AF_INET6) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    return made_of(six);
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  return made_of(four);
}

Result<SocketAddress> SocketAddress::unix_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return failed(ENAMETOOLONG, path + ": a socket's path has at most 107 bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const bool is_abstract = path.starts_with('@');
  if (is_abstract) address.sun_path[0] = '\0';
  SocketAddress made = made_of(address);
  if (is_abstract) made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  return made;
}

SocketAddress SocketAddress::local_of(int socket) {
  SocketAddress local;
  local.size = sizeof local.storage;
  if (::getsockname(socket, local.get(), &local.size) != 0) return {};
  return local;
}

Address SocketAddress::address() const {
  if (family() == AF_INET) {
    const auto four = as<sockaddr_in>(*this);
    return Address::tcp(text_of(AF_INET, &four.sin_addr), ntohs(four.sin_port));
  }
  if (family() == AF_INET6) {
    const auto six = as<sockaddr_in6>(*this);
    const std::uint16_t port = ntohs(six.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) return Address::tcp(text_of(AF_INET, &six.sin6_addr.s6_addr[12]), port);
    return Address::tcp(text_of(AF_INET6, &six.sin6_addr), port);
  }
  if (family() == AF_UNIX) return Address::unix_socket(as<sockaddr_un>(*this).sun_path);
  return {};
}

std::vector<SocketAddress> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &first) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(first, &::freeaddrinfo);
  std::vector<SocketAddress> found;
  for (const addrinfo* entry = first; entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    if (entry->ai_family == AF_INET) reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port = htons(port);
    if (entry->ai_family == AF_INET6) reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port = htons(port);
    found.push_back(address);
  }
  return found;
}

}  // namespace mortar
