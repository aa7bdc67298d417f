#include "simulation/simulated_stream.h"

#include <algorithm>

#include "simulation/simulation.h"

namespace mortar {

bool Connection::dead() const {
  return (ends[0].closed || ends[0].error != 0) && (ends[1].closed || ends[1].error != 0);
}

Duration Connection::patience() const {
  if (options.user_timeout.count() != 0) return options.user_timeout;
  // Without keepalive the system's retransmissions give up after about a quarter of an hour.
  if (!options.keepalive) return std::chrono::minutes(15);
  return options.keepalive_idle + options.keepalive_interval * options.keepalive_count;
}

SimulatedStream::SimulatedStream(std::shared_ptr<Connection> connection, int end)
    : connection_(std::move(connection)), end_(end) {}

SimulatedStream::~SimulatedStream() { shut_down(); }

void SimulatedStream::shut_down() {
  if (connection_->ends[end_].closed) return;
  SimulatedNetwork& network = connection_->ends[end_].process->simulation().network();
  network.close_end(connection_, end_, false);
}

std::optional<std::uint32_t> SimulatedStream::peer_uid() const {
  if (!local().is_unix() && !peer().is_unix()) return std::nullopt;
  return 0;
}

namespace {

Task<std::size_t> read_from(std::shared_ptr<Connection> connection, int end, std::span<std::byte> into,
                            NetworkConditions& conditions, Random& random) {
  check(!into.empty(), "a read has room for a byte");
  ConnectionEnd& own = connection->ends[end];
  while (own.arrived.empty()) {
    if (own.closed) co_return std::size_t{0};
    if (own.error != 0) co_return Error(own.error);
    if (own.ended) co_return std::size_t{0};
    co_await Queued(own.readers);
  }
  std::size_t size = std::min(into.size(), own.arrived.size());
  if (size > 1 && random.chance(conditions.partial_read)) size = random.between(1, size - 1);
  std::memcpy(into.data(), own.arrived.data(), size);
  own.arrived.erase(0, size);
  own.writers.move_to(ready_queue());
  co_return size;
}

}  // namespace

Task<std::size_t> SimulatedStream::read(std::span<std::byte> into) {
  SimulatedNetwork& network = connection_->ends[end_].process->simulation().network();
  return read_from(connection_, end_, into, network.conditions_, network.random_);
}

Task<> SimulatedStream::write(std::vector<Slice> slices) {
  std::shared_ptr<Connection> connection = connection_;
  ConnectionEnd& own = connection->ends[end_];
  ConnectionEnd& other = connection->ends[1 - end_];
  const int end = end_;
  SimulatedNetwork& network = own.process->simulation().network();
  std::string bytes;
  for (const Slice& slice : slices) bytes += slice.text();
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    if (own.closed) co_return Error(EPIPE);
    if (own.error != 0) co_return Error(own.error);
    const std::size_t waiting = other.arrived.size() + other.coming_bytes;
    if (waiting >= network.conditions_.window) {
      co_await Queued(other.writers);
      continue;
    }
    std::size_t size = std::min(bytes.size() - sent, network.conditions_.window - waiting);
    if (size > 1 && network.random_.chance(0.1)) size = network.random_.between(1, size);
    network.send(connection, 1 - end, bytes.substr(sent, size), false, false);
    sent += size;
  }
  co_return done;
}

SimulatedListener::SimulatedListener(SimulatedWorld& world, SimulatedNetwork::Place place, Address address, int backlog)
    : world_(world),
      place_(std::move(place)),
      address_(std::move(address)),
      backlog_(static_cast<std::size_t>(std::max(backlog, 1))) {}

bool SimulatedListener::has_room() const { return queue_->streams.size() < backlog_; }

void SimulatedListener::arrive(std::unique_ptr<Stream> stream) {
  queue_->streams.push_back(std::move(stream));
  if (Waiter* waiter = queue_->waiting.front()) wake(*waiter);
}

void SimulatedListener::close() {
  if (queue_->closed) return;
  queue_->closed = true;
  queue_->streams.clear();
  queue_->waiting.move_to(ready_queue());
  SimulatedNetwork& network = world_.simulation().network();
  network.listeners_.erase(place_);
  network.ports_.erase({std::get<0>(place_), std::get<1>(place_)});
}

Task<std::unique_ptr<Stream>> SimulatedListener::accept() { return take(queue_); }

Task<std::unique_ptr<Stream>> SimulatedListener::take(std::shared_ptr<Queue> queue) {
  while (queue->streams.empty()) {
    if (queue->closed) co_return Error(EINVAL);
    co_await Queued(queue->waiting);
  }
  std::unique_ptr<Stream> stream = std::move(queue->streams.front());
  queue->streams.pop_front();
  co_return std::move(stream);
}

}  // namespace mortar
