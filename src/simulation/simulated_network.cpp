#include "simulation/simulated_network.h"

#include <algorithm>

#include "simulation/simulated_stream.h"
#include "simulation/simulation.h"

namespace mortar {

SimulatedNetwork::SimulatedNetwork(Simulation& simulation, Random random) : simulation_(simulation), random_(random) {}

SimulatedNetwork::~SimulatedNetwork() = default;

Duration SimulatedNetwork::delay_between(const Host& from, const Host& to) {
  if (&from == &to) return Duration(random_.between(1'000, 20'000));
  const auto least = static_cast<std::uint64_t>(conditions_.least_delay.count());
  const auto most = static_cast<std::uint64_t>(conditions_.most_delay.count());
  return Duration(random_.between(least, std::max(least, most)));
}

bool SimulatedNetwork::open_between(const Host& from, const Host& to) const {
  return from.is_up() && to.is_up() && !blocked_.contains({from.index(), to.index()});
}

void SimulatedNetwork::send(const std::shared_ptr<Connection>& connection, int to_end, std::string bytes, bool is_end,
                            bool is_reset) {
  ConnectionEnd& receiver = connection->ends[to_end];
  const ConnectionEnd& sender = connection->ends[1 - to_end];
  if (!connection->is_local() && random_.chance(conditions_.cut)) is_reset = true;
  if (&sender.process->host() != &receiver.process->host()) ++messages_;
  Instant due = simulation_.now() + delay_between(sender.process->host(), receiver.process->host());
  if (!receiver.coming.empty()) due = std::max(due, receiver.coming.back().due);
  receiver.coming_bytes += bytes.size();
  receiver.coming.push_back(Piece{due, std::move(bytes), is_end, is_reset});
  simulation_.events().after(due - simulation_.now(), [this, connection, to_end] { deliver(connection, to_end); });
}

void SimulatedNetwork::deliver(const std::shared_ptr<Connection>& connection, int to_end) {
  ConnectionEnd& receiver = connection->ends[to_end];
  ConnectionEnd& sender = connection->ends[1 - to_end];
  while (!receiver.coming.empty() && receiver.coming.front().due <= simulation_.now()) {
    if (!open_between(sender.process->host(), receiver.process->host())) return;
    Piece piece = std::move(receiver.coming.front());
    receiver.coming.pop_front();
    receiver.coming_bytes -= piece.bytes.size();
    simulation_.trace().note("arrives", {connection->number, static_cast<std::uint64_t>(to_end), piece.is_reset},
                             piece.bytes);
    if (receiver.error != 0) continue;
    if (piece.is_reset) {
      // The sender of what was cut is not left with a connection that is open at one end only.
      for (int end : {to_end, 1 - to_end}) break_end(*connection, end, ECONNRESET);
    } else if (receiver.closed) {
      // Nobody reads this any more: the sender is told, unless it has ended too.
      if (!sender.closed && sender.error == 0 && !piece.bytes.empty()) send(connection, 1 - to_end, {}, false, true);
    } else {
      receiver.arrived += piece.bytes;
      receiver.ended |= piece.is_end;
      receiver.readers.move_to(ready_queue());
    }
  }
}

void SimulatedNetwork::close_end(const std::shared_ptr<Connection>& connection, int end, bool reset) {
  ConnectionEnd& own = connection->ends[end];
  if (own.closed) return;
  own.closed = true;
  // As a system does it: what was not read is lost, and the peer learns that by a reset.
  reset |= !own.arrived.empty();
  own.arrived.clear();
  own.readers.move_to(ready_queue());
  own.writers.move_to(ready_queue());
  connection->ends[1 - end].writers.move_to(ready_queue());
  if (own.owns_port) ports_.erase({own.process->host().index(), own.address.port});
  if (own.error == 0) send(connection, 1 - end, {}, true, reset);
}

void SimulatedNetwork::break_end(Connection& connection, int end, int error) {
  ConnectionEnd& own = connection.ends[end];
  if (own.error != 0 || own.closed) return;
  simulation_.trace().note("breaks",
                           {connection.number, static_cast<std::uint64_t>(end), static_cast<unsigned>(error)});
  own.error = error;
  own.arrived.clear();
  own.readers.move_to(ready_queue());
  connection.ends[1 - end].writers.move_to(ready_queue());
}

std::vector<std::shared_ptr<Connection>> SimulatedNetwork::living() {
  std::vector<std::shared_ptr<Connection>> found;
  std::erase_if(connections_, [&found](const std::weak_ptr<Connection>& weak) {
    std::shared_ptr<Connection> connection = weak.lock();
    if (connection == nullptr || connection->dead()) return true;
    found.push_back(std::move(connection));
    return false;
  });
  return found;
}

std::size_t SimulatedNetwork::open_connections() const {
  return static_cast<std::size_t>(std::ranges::count_if(connections_, [](const std::weak_ptr<Connection>& weak) {
    std::shared_ptr<Connection> connection = weak.lock();
    return connection != nullptr && !connection->dead();
  }));
}

void SimulatedNetwork::cut_connection(std::size_t index) {
  std::vector<std::shared_ptr<Connection>> open = living();
  check(index < open.size(), "an open connection is cut");
  for (int end : {0, 1}) break_end(*open[index], end, ECONNRESET);
}

void SimulatedNetwork::cut_connections(const Host& one, const Host& other) {
  for (const std::shared_ptr<Connection>& connection : living()) {
    const Host* first = &connection->ends[0].process->host();
    const Host* second = &connection->ends[1].process->host();
    if ((first != &one || second != &other) && (first != &other || second != &one)) continue;
    for (int end : {0, 1}) break_end(*connection, end, ECONNRESET);
  }
}

void SimulatedNetwork::block(const Host& from, const Host& to) {
  simulation_.trace().note("blocked", {from.index(), to.index()});
  if (blocked_.try_emplace({from.index(), to.index()}, ++blockings_).second) watch_blocked(from, to);
}

void SimulatedNetwork::watch_blocked(const Host& from, const Host& to) {
  const std::uint64_t blocking = blockings_;
  const auto link = std::pair(from.index(), to.index());
  for (const std::shared_ptr<Connection>& connection : living()) {
    const std::size_t first = connection->ends[0].process->host().index();
    const std::size_t second = connection->ends[1].process->host().index();
    if (link != std::pair(first, second) && link != std::pair(second, first)) continue;
    simulation_.events().after(connection->patience(), [this, weak = std::weak_ptr(connection), link, blocking] {
      std::shared_ptr<Connection> waiting = weak.lock();
      auto still = blocked_.find(link);
      if (waiting == nullptr || still == blocked_.end() || still->second != blocking) return;
      for (int end : {0, 1}) break_end(*waiting, end, ETIMEDOUT);
    });
  }
}

void SimulatedNetwork::unblock(const Host& from, const Host& to) {
  simulation_.trace().note("unblocked", {from.index(), to.index()});
  if (blocked_.erase({from.index(), to.index()}) != 0) resume_between(from, to);
}

void SimulatedNetwork::resume_between(const Host& from, const Host& to) {
  for (const std::shared_ptr<Connection>& connection : living()) {
    for (int end : {0, 1}) {
      const bool concerned = &connection->ends[1 - end].process->host() == &from &&
                             &connection->ends[end].process->host() == &to && !connection->ends[end].coming.empty();
      if (!concerned) continue;
      simulation_.events().after(delay_between(from, to), [this, connection, end] { deliver(connection, end); });
    }
  }
}

void SimulatedNetwork::partition(const Host& one, const Host& other) {
  block(one, other);
  block(other, one);
}

void SimulatedNetwork::heal(const Host& one, const Host& other) {
  unblock(one, other);
  unblock(other, one);
}

void SimulatedNetwork::heal_all() {
  const auto& hosts = simulation_.hosts();
  while (!blocked_.empty()) {
    const auto [from, to] = blocked_.begin()->first;
    unblock(*hosts[from], *hosts[to]);
  }
}

void SimulatedNetwork::process_died(SimulatedWorld& world) {
  for (const std::shared_ptr<Connection>& connection : living()) {
    for (int end : {0, 1}) {
      if (connection->ends[end].process == &world) close_end(connection, end, random_.chance(0.5));
    }
  }
  std::vector<SimulatedListener*> dead;
  for (const auto& [place, listener] : listeners_) {
    if (&listener->process() == &world) dead.push_back(listener);
  }
  for (SimulatedListener* listener : dead) listener->close();
}

void SimulatedNetwork::host_lost_power(const Host& host) {
  for (const std::shared_ptr<Connection>& connection : living()) {
    for (int end : {0, 1}) {
      if (&connection->ends[end].process->host() != &host) continue;
      break_end(*connection, end, ECONNRESET);
      // What it had sent may still arrive nowhere: the wire is silent.
      connection->ends[1 - end].coming.clear();
      connection->ends[1 - end].coming_bytes = 0;
      simulation_.events().after(connection->patience(),
                                 [this, connection, end] { break_end(*connection, 1 - end, ETIMEDOUT); });
    }
  }
}

void SimulatedNetwork::host_is_back(const Host& host) {
  for (const std::shared_ptr<Connection>& connection : living()) {
    for (int end : {0, 1}) {
      if (&connection->ends[end].process->host() != &host) continue;
      simulation_.events().after(delay_between(host, host),
                                 [this, connection, end] { break_end(*connection, 1 - end, ECONNRESET); });
    }
  }
}

std::uint16_t SimulatedNetwork::free_port(const Host& host, std::uint16_t ceiling) {
  constexpr std::uint16_t lowest = 1;
  std::uint16_t port = ceiling != 0 ? ceiling : static_cast<std::uint16_t>(random_.between(32768, 60999));
  while (port >= lowest && !ports_.emplace(host.index(), port).second) --port;
  return port;
}

}  // namespace mortar
