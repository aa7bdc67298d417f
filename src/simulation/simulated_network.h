// The network of the simulation: streams with delays, windows and partial reads; partitions, cuts, refused connects.
//
// Inside a connection bytes keep their order; what travels on two connections may overtake each other. A blocked link
// holds what is on it; a connection whose link stays blocked for as long as its keepalive allows fails with ETIMEDOUT
// at both ends. A host without power says nothing; when it is back, its former connections are reset.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/random.h"
#include "runtime/network.h"
#include "runtime/world.h"

namespace mortar {

class Simulation;
class Host;
class SimulatedWorld;
class SimulatedListener;
struct Connection;

struct NetworkConditions {
  // One way; drawn anew for every piece that is sent.
  Duration least_delay = std::chrono::microseconds(20);
  Duration most_delay = std::chrono::microseconds(500);
  double refused = 0;       // share of connects that are refused
  double cut = 0;           // share of sent pieces that reset their connection instead
  double partial_read = 0;  // share of reads that get less than there is
  std::size_t window = 1 << 20;
};

class SimulatedNetwork {
 public:
  SimulatedNetwork(Simulation& simulation, Random random);
  ~SimulatedNetwork();

  NetworkConditions& conditions() { return conditions_; }

  // Blocks what goes from one host to the other, in that direction only.
  void block(const Host& from, const Host& to);
  void unblock(const Host& from, const Host& to);
  // Both directions.
  void partition(const Host& one, const Host& other);
  void heal(const Host& one, const Host& other);
  void heal_all();
  // Whether both have power and nothing is blocked in that direction.
  bool open_between(const Host& from, const Host& to) const;

  std::size_t open_connections() const;
  // How many pieces went from one host to another.
  std::uint64_t messages() const { return messages_; }
  // Resets the n-th of the open connections, the oldest first.
  void cut_connection(std::size_t index);
  // Resets every connection between two hosts.
  void cut_connections(const Host& one, const Host& other);

 private:
  friend class ProcessNetwork;
  friend class SimulatedListener;
  friend class SimulatedStream;
  friend class SimulatedWorld;
  friend class Host;

  // Host, port (0 for a Unix socket), path.
  using Place = std::tuple<std::size_t, std::uint16_t, std::string>;

  Duration delay_between(const Host& from, const Host& to);
  void watch_blocked(const Host& from, const Host& to);
  void resume_between(const Host& from, const Host& to);
  // Sends a piece towards one end; it arrives in its turn.
  void send(const std::shared_ptr<Connection>& connection, int to_end, std::string bytes, bool is_end, bool is_reset);
  void deliver(const std::shared_ptr<Connection>& connection, int to_end);
  void close_end(const std::shared_ptr<Connection>& connection, int end, bool reset);
  // The end learns of an error without anything having been sent.
  void break_end(Connection& connection, int end, int error);
  void process_died(SimulatedWorld& world);
  void host_lost_power(const Host& host);
  void host_is_back(const Host& host);
  std::uint16_t free_port(const Host& host, std::uint16_t ceiling);
  std::vector<std::shared_ptr<Connection>> living();

  Simulation& simulation_;
  Random random_;
  NetworkConditions conditions_;
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> blocked_;  // and when, as a number of the blocking
  std::uint64_t blockings_ = 0;
  std::uint64_t last_connection_ = 0;
  std::uint64_t messages_ = 0;
  std::map<Place, SimulatedListener*> listeners_;
  std::set<Place> once_listened_;
  std::set<std::pair<std::size_t, std::uint16_t>> ports_;
  std::vector<std::weak_ptr<Connection>> connections_;
};

// The network as one process sees it.
class ProcessNetwork final : public Network {
 public:
  explicit ProcessNetwork(SimulatedWorld& world) : world_(world) {}

  Task<std::unique_ptr<Stream>> connect(Address to, StreamOptions options) override;
  Result<std::unique_ptr<Listener>> listen(const Address& at, StreamOptions options, int backlog) override;
  Task<std::vector<std::string>> resolve(std::string host) override;
  std::vector<std::string> own_addresses() override;
  std::string host_name() override;

 private:
  SimulatedWorld& world_;
};

}  // namespace mortar
