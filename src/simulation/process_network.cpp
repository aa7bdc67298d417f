#include <fmt/format.h>

#include <algorithm>

#include "simulation/simulated_stream.h"
#include "simulation/simulation.h"

namespace mortar {

namespace {

bool is_own_name(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1" || host.empty();
}

bool is_literal(const std::string& host) {
  return host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos;
}

// The waits between the tries of a system that gets no answer to a connect; the last one is the end.
constexpr int connect_tries[] = {1, 2, 4, 8, 16, 32, 64};

}  // namespace

Task<std::unique_ptr<Stream>> ProcessNetwork::connect(Address to, StreamOptions options) {
  if (!world_.alive()) co_return Error(ESHUTDOWN);
  Simulation& simulation = world_.simulation();
  SimulatedNetwork& network = simulation.network();
  Host& from = world_.host();
  Host* there = to.is_unix() || is_own_name(to.host) ? &from : simulation.find_host(to.host);
  if (there == nullptr) co_return Error(EHOSTUNREACH, fmt::format("nothing is known of a host {}", to.host));

  co_await tried(world_.sleep(network.delay_between(from, *there)));
  for (int wait : connect_tries) {
    if (network.open_between(from, *there) && network.open_between(*there, from)) break;
    co_await tried(world_.sleep(std::chrono::seconds(wait)));
  }
  if (!network.open_between(from, *there) || !network.open_between(*there, from)) {
    co_return Error(ETIMEDOUT, fmt::format("{} does not answer", to.text()));
  }
  const SimulatedNetwork::Place place{there->index(), to.port, to.path};
  auto listening = network.listeners_.find(place);
  const bool refused = listening == network.listeners_.end() || !listening->second->has_room() ||
                       (!to.is_unix() && network.random_.chance(network.conditions_.refused));
  if (refused) {
    const bool no_file = to.is_unix() && !network.once_listened_.contains(place);
    co_await tried(world_.sleep(network.delay_between(*there, from)));
    co_return Error(no_file ? ENOENT : ECONNREFUSED, fmt::format("nobody listens at {}", to.text()));
  }

  auto connection = std::make_shared<Connection>();
  connection->number = ++network.last_connection_;
  connection->options = options;
  connection->ends[0].process = &world_;
  connection->ends[1].process = &listening->second->process();
  if (to.is_unix()) {
    connection->ends[1].address = to;
  } else {
    const bool local = is_own_name(to.host);
    connection->ends[0].address =
        Address::tcp(local ? "127.0.0.1" : from.address(), network.free_port(from, options.source_port_ceiling));
    connection->ends[0].owns_port = true;
    connection->ends[1].address = Address::tcp(local ? "127.0.0.1" : there->address(), to.port);
    if (connection->ends[0].address.port == 0) co_return Error(EADDRNOTAVAIL, "no source port is free");
  }
  network.connections_.push_back(connection);
  simulation.trace().note("connected", {connection->number, from.index(), there->index()});
  auto stream = std::make_unique<SimulatedStream>(connection, 0);
  listening->second->arrive(std::make_unique<SimulatedStream>(connection, 1));
  co_await tried(world_.sleep(network.delay_between(*there, from)));
  co_return std::unique_ptr<Stream>(std::move(stream));
}

Result<std::unique_ptr<Listener>> ProcessNetwork::listen(const Address& at, StreamOptions, int backlog) {
  if (!world_.alive()) return failed(ESHUTDOWN);
  SimulatedNetwork& network = world_.simulation().network();
  Host& host = world_.host();
  Address bound = at;
  if (!at.is_unix()) {
    const bool own = is_own_name(at.host) || at.host == "0.0.0.0" || at.host == "::" || at.host == host.name() ||
                     at.host == host.address();
    if (!own) return failed(EADDRNOTAVAIL, fmt::format("{} is no address of this machine", at.host));
    if (at.port == 0) {
      bound.port = network.free_port(host, 0);
    } else if (!network.ports_.emplace(host.index(), at.port).second) {
      return failed(EADDRINUSE, fmt::format("{} is in use", at.text()));
    }
  }
  SimulatedNetwork::Place place{host.index(), bound.port, bound.path};
  if (network.listeners_.contains(place)) return failed(EADDRINUSE, fmt::format("{} is in use", at.text()));
  auto listener = std::make_unique<SimulatedListener>(world_, place, bound, backlog);
  network.listeners_.emplace(place, listener.get());
  network.once_listened_.insert(place);
  return listener;
}

Task<std::vector<std::string>> ProcessNetwork::resolve(std::string host) {
  std::vector<std::string> addresses;
  if (is_own_name(host)) {
    addresses.push_back("127.0.0.1");
  } else if (is_literal(host)) {
    addresses.push_back(host);
  } else if (Host* found = world_.simulation().find_host(host)) {
    addresses.push_back(found->address());
  }
  co_await tried(world_.sleep(std::chrono::microseconds(50)));
  co_return std::move(addresses);
}

std::vector<std::string> ProcessNetwork::own_addresses() { return {"127.0.0.1", world_.host().address()}; }

std::string ProcessNetwork::host_name() { return world_.host().name(); }

}  // namespace mortar
