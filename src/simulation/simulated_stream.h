// The inside of the simulated network: a connection, its two ends, and who listens.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/simulated_network.h"
#include "simulation/simulated_world.h"

namespace mortar {

struct Piece {
  Instant due;
  std::string bytes;
  bool is_end = false;
  bool is_reset = false;
};

// What one side of a connection has.
struct ConnectionEnd {
  SimulatedWorld* process = nullptr;
  Address address;
  bool closed = false;  // by its own process
  bool ended = false;   // the other side will send no more
  int error = 0;        // why nothing works any more
  bool owns_port = false;
  std::string arrived;
  std::deque<Piece> coming;
  std::size_t coming_bytes = 0;
  WaitList readers;
  WaitList writers;  // of the other side, waiting for room here
};

struct Connection {
  std::uint64_t number = 0;
  StreamOptions options;
  ConnectionEnd ends[2];

  bool is_local() const { return &ends[0].process->host() == &ends[1].process->host(); }
  bool dead() const;
  // How long a blocked link is borne.
  Duration patience() const;
};

class SimulatedStream final : public Stream {
 public:
  SimulatedStream(std::shared_ptr<Connection> connection, int end);
  ~SimulatedStream() override;
  Task<std::size_t> read(std::span<std::byte> into) override;
  Task<> write(std::vector<Slice> slices) override;
  void shut_down() override;
  const Address& local() const override { return connection_->ends[end_].address; }
  const Address& peer() const override { return connection_->ends[1 - end_].address; }
  std::optional<std::uint32_t> peer_uid() const override;

 private:
  std::shared_ptr<Connection> connection_;
  const int end_;
};

class SimulatedListener final : public Listener {
 public:
  SimulatedListener(SimulatedWorld& world, SimulatedNetwork::Place place, Address address, int backlog);
  ~SimulatedListener() override { close(); }
  Task<std::unique_ptr<Stream>> accept() override;
  const Address& address() const override { return address_; }

  SimulatedWorld& process() { return world_; }
  bool has_room() const;
  void arrive(std::unique_ptr<Stream> stream);
  void close();

 private:
  // Outlives the listener where somebody still waits.
  struct Queue {
    std::deque<std::unique_ptr<Stream>> streams;
    WaitList waiting;
    bool closed = false;
  };
  static Task<std::unique_ptr<Stream>> take(std::shared_ptr<Queue> queue);

  SimulatedWorld& world_;
  const SimulatedNetwork::Place place_;
  const Address address_;
  const std::size_t backlog_;
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
};

}  // namespace mortar
