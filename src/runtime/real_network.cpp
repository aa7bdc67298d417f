#include "runtime/real_network.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>

#include "base/log.h"
#include "runtime/socket_address.h"
#include "runtime/socket_options.h"
#include "runtime/socket_stream.h"

namespace mortar {

namespace {

constexpr Duration pause_when_exhausted = std::chrono::milliseconds(100);
constexpr Duration pause_when_backlog_full = std::chrono::milliseconds(10);

std::unexpected<Error> failed_at(int number, std::string_view action, const Address& address) {
  return failed(number, fmt::format("{} {}: {}", action, address.text(), Error(number).sentence()));
}

UniqueDescriptor make_socket(int family) {
  return UniqueDescriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// 0 once connected, else an errno number.
Task<int> finish_connecting(Poller& poller, int socket) {
  Operation writable = Operation::readiness(poller, socket, POLLOUT);
  const int events = co_await writable;
  if (events < 0) co_return -events;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) co_return errno;
  co_return error;
}

Task<std::unique_ptr<Stream>> connect_socket(World& world, Poller& poller, SocketAddress to, Address named,
                                             StreamOptions options) {
  UniqueDescriptor socket = make_socket(to.family());
  if (!socket) co_return failed_at(errno, "cannot make a socket for", named);
  if (to.family() != AF_UNIX) {
    if (Result<Done> set = apply_options(socket.number(), options); !set) {
      co_return failed_at(set.error().number(), "cannot set the options of a connection to", named);
    }
    if (options.source_port_ceiling != 0) {
      bind_source_port(socket.number(), to.family(), options.source_port_ceiling, named.port);
    }
  }
  int error = 0;
  do {
    error = ::connect(socket.number(), to.get(), to.size) == 0 ? 0 : errno;
    // Only a Unix socket whose listener is slow says so, and there is nothing to wait for.
    if (error == EAGAIN && to.family() == AF_UNIX) {
      co_await tried(world.sleep(pause_when_backlog_full));
    }
  } while (error == EAGAIN && to.family() == AF_UNIX);
  if (error == EINPROGRESS || error == EINTR) {
    error = co_await tried(finish_connecting(poller, socket.number()));
  }
  if (error != 0) co_return failed_at(error, "cannot connect to", named);
  Address local = to.family() == AF_UNIX ? named : SocketAddress::local_of(socket.number()).address();
  Address peer = to.family() == AF_UNIX ? named : to.address();
  co_return std::make_unique<SocketStream>(poller, std::move(socket), std::move(local), std::move(peer));
}

// The family that is preferred first, otherwise in the order the resolver gave.
std::vector<SocketAddress> in_order(const std::vector<SocketAddress>& found, bool ipv6) {
  const int first = ipv6 ? AF_INET6 : AF_INET;
  std::vector<SocketAddress> ordered;
  std::ranges::copy_if(found, std::back_inserter(ordered), [&](const auto& each) { return each.family() == first; });
  std::ranges::copy_if(found, std::back_inserter(ordered), [&](const auto& each) { return each.family() != first; });
  return ordered;
}

class RealListener : public Listener {
 public:
  RealListener(World& world, Poller& poller, UniqueDescriptor socket, Address address)
      : world_(world), poller_(poller), socket_(std::move(socket)), address_(std::move(address)) {
    if (address_.is_unix()) ::lstat(address_.path.c_str(), &file_);
  }
  ~RealListener() override {
    poller_.forget(socket_.number());
    // Unless somebody has put a socket of his own in its place.
    struct stat now{};
    const bool there = address_.is_unix() && ::lstat(address_.path.c_str(), &now) == 0;
    if (there && now.st_ino == file_.st_ino && now.st_dev == file_.st_dev) ::unlink(address_.path.c_str());
  }

  Task<std::unique_ptr<Stream>> accept() override;
  const Address& address() const override { return address_; }

 private:
  World& world_;
  Poller& poller_;
  UniqueDescriptor socket_;
  Address address_;
  struct stat file_{};
};

bool is_shortage(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

// What only the connection that was to be accepted is concerned by (accept(2)).
bool is_of_connection(int error) {
  constexpr std::array passing{EINTR,     ECONNABORTED, EPROTO,       ENETDOWN,   ENOPROTOOPT,
                               EHOSTDOWN, ENONET,       EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH};
  return std::ranges::find(passing, error) != passing.end();
}

Task<std::unique_ptr<Stream>> RealListener::accept() {
  while (true) {
    SocketAddress from;
    from.size = sizeof from.storage;
    UniqueDescriptor socket(::accept4(socket_.number(), from.get(), &from.size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) {
      Address local = address_.is_unix() ? address_ : SocketAddress::local_of(socket.number()).address();
      Address peer = address_.is_unix() ? address_ : from.address();
      co_return std::make_unique<SocketStream>(poller_, std::move(socket), std::move(local), std::move(peer));
    }
    const int error = errno;
    if (error == EAGAIN) {
      Operation pending = Operation::readiness(poller_, socket_.number(), POLLIN);
      const int events = co_await pending;
      if (events < 0) co_return Error(-events);
    } else if (is_shortage(error)) {
      log::warning("network", "cannot accept a connection at {}: {}", address_.text(), Error(error).sentence());
      co_await tried(world_.sleep(pause_when_exhausted));
    } else if (!is_of_connection(error)) {
      co_return failed_at(error, "cannot accept connections at", address_);
    }
  }
}

// A socket file that nobody listens on any more is left over by a process that was killed.
bool is_stale(const SocketAddress& at) {
  const UniqueDescriptor probe = make_socket(AF_UNIX);
  return probe && ::connect(probe.number(), at.get(), at.size) != 0 && errno == ECONNREFUSED;
}

Result<UniqueDescriptor> bound_unix_socket(const Address& at) {
  const Result<SocketAddress> place = SocketAddress::unix_socket(at.path);
  if (!place) return std::unexpected(place.error());
  UniqueDescriptor socket = make_socket(AF_UNIX);
  if (!socket) return failed_at(errno, "cannot make a socket for", at);
  int error = ::bind(socket.number(), place->get(), place->size) == 0 ? 0 : errno;
  if (error == EADDRINUSE && is_stale(*place)) {
    ::unlink(at.path.c_str());
    error = ::bind(socket.number(), place->get(), place->size) == 0 ? 0 : errno;
  }
  if (error != 0) return failed_at(error, "cannot listen at", at);
  return socket;
}

Result<UniqueDescriptor> bound_tcp_socket(const Address& at, const SocketAddress& place, const StreamOptions& options) {
  UniqueDescriptor socket = make_socket(place.family());
  if (!socket) return failed_at(errno, "cannot make a socket for", at);
  const int on = 1;
  const int both_families = at.host.empty() ? 0 : 1;
  bool fine = ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
  if (place.family() == AF_INET6) {
    fine = fine && ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &both_families, sizeof(int)) == 0;
  }
  if (!fine) return failed_at(errno, "cannot listen at", at);
  if (Result<Done> set = apply_options(socket.number(), options); !set) {
    return failed_at(set.error().number(), "cannot listen at", at);
  }
  if (::bind(socket.number(), place.get(), place.size) != 0) return failed_at(errno, "cannot listen at", at);
  return socket;
}

// A host that is a name blocks while it is looked up: listening is done once, when a program starts.
Result<UniqueDescriptor> bound_to_host(const Address& at, const StreamOptions& options) {
  const std::vector<SocketAddress> places = in_order(look_up(at.host, at.port), options.ipv6);
  if (places.empty()) return failed(EADDRNOTAVAIL, fmt::format("cannot listen at {}: unknown host", at.text()));
  return bound_tcp_socket(at, places.front(), options);
}

Result<UniqueDescriptor> bound_to_any(const Address& at, const StreamOptions& options) {
  Result<UniqueDescriptor> both = bound_tcp_socket(at, SocketAddress::any(AF_INET6, at.port), options);
  const int error = both ? 0 : both.error().number();
  const bool no_ipv6 = error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
  return no_ipv6 ? bound_tcp_socket(at, SocketAddress::any(AF_INET, at.port), options) : std::move(both);
}

}  // namespace

Task<std::unique_ptr<Stream>> RealNetwork::connect(Address to, StreamOptions options) {
  std::vector<SocketAddress> places;
  if (to.is_unix()) {
    SocketAddress place = co_await tried(SocketAddress::unix_socket(to.path));
    places.push_back(place);
  } else if (std::optional<SocketAddress> place = SocketAddress::numeric(to.host, to.port)) {
    places.push_back(*place);
  } else {
    places = co_await tried(world_.off_loop(
        [host = to.host, port = to.port, ipv6 = options.ipv6] { return in_order(look_up(host, port), ipv6); }));
  }
  Result<std::unique_ptr<Stream>> stream =
      failed(EHOSTUNREACH, fmt::format("cannot connect to {}: unknown host", to.text()));
  for (const SocketAddress& place : places) {
    stream = co_await connect_socket(world_, poller_, place, to, options);
    if (stream) break;
  }
  co_return std::move(stream);
}

Result<std::unique_ptr<Listener>> RealNetwork::listen(const Address& at, StreamOptions options, int backlog) {
  Result<UniqueDescriptor> socket = at.is_unix()      ? bound_unix_socket(at)
                                    : at.host.empty() ? bound_to_any(at, options)
                                                      : bound_to_host(at, options);
  if (!socket) return std::unexpected(socket.error());
  if (::listen(socket->number(), backlog) != 0) return failed_at(errno, "cannot listen at", at);
  Address bound = at;
  if (!at.is_unix()) bound.port = SocketAddress::local_of(socket->number()).address().port;
  return std::make_unique<RealListener>(world_, poller_, std::move(*socket), std::move(bound));
}

Task<std::vector<std::string>> RealNetwork::resolve(std::string host) {
  std::vector<SocketAddress> found = co_await tried(world_.off_loop([host] { return look_up(host, 0); }));
  std::vector<std::string> texts;
  for (const SocketAddress& each : found) texts.push_back(each.address().host);
  co_return texts;
}

std::vector<std::string> RealNetwork::own_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
  std::vector<std::string> addresses;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    SocketAddress address;
    const int family = entry->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    std::memcpy(&address.storage, entry->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    addresses.push_back(address.address().host);
  }
  return addresses;
}

std::string RealNetwork::host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

}  // namespace mortar
