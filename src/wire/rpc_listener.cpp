#include "wire/rpc_listener.h"

#include "base/log.h"

namespace mortar {

namespace {

// After a failure to accept (no free descriptors, mostly).
constexpr Duration pause_after_failure = std::chrono::milliseconds(200);
// For a new stream to say what it is.
constexpr Duration longest_welcome = std::chrono::seconds(30);

// Keeps a connection in the list while it lives.
class Listed {
 public:
  Listed(std::list<RpcConnection*>& all, RpcConnection& connection)
      : all_(all), place_(all.insert(all.end(), &connection)) {}
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;
  ~Listed() { all_.erase(place_); }

 private:
  std::list<RpcConnection*>& all_;
  std::list<RpcConnection*>::iterator place_;
};

}  // namespace

RpcListener::RpcListener(World& world, std::unique_ptr<Listener> listener, Accept accept, RpcLimits limits)
    : world_(world),
      address_(listener->address()),
      listener_(std::move(listener)),
      accept_(std::move(accept)),
      limits_(limits) {
  accepting_.start(accept_all());
}

RpcListener::RpcListener(World& world, std::unique_ptr<Listener> listener, Receive receive, RpcLimits limits)
    : world_(world),
      address_(listener->address()),
      listener_(std::move(listener)),
      receive_(std::move(receive)),
      limits_(limits) {
  accepting_.start(accept_all());
}

RpcListener::RpcListener(World& world, std::unique_ptr<Listener> listener, RpcHandler& handler, RpcLimits limits)
    : RpcListener(world, std::move(listener), always(handler), limits) {}

RpcListener::Accept RpcListener::always(RpcHandler& handler) {
  return [&handler](RpcConnection&) { return std::shared_ptr<RpcHandler>(std::shared_ptr<void>(), &handler); };
}

RpcListener::~RpcListener() = default;

void RpcListener::stop_accepting() {
  accepting_.cancel();
  listener_.reset();
}

Task<> RpcListener::accept_all() {
  for (;;) {
    Result<std::unique_ptr<Stream>> stream = co_await listener_->accept();
    if (stream) {
      serving_.start(receive_ ? receive(std::move(*stream)) : serve(std::move(*stream), accept_));
      continue;
    }
    log::warning("rpc", "no connection was accepted at {}: {}", address_.text(), stream.error().sentence());
    co_await tried(world_.sleep(pause_after_failure));
  }
}

Task<> RpcListener::serve(std::unique_ptr<Stream> stream, Accept accept) {
  std::shared_ptr<RpcHandler> handler;  // outlives the connection
  RpcConnection connection(std::move(stream), nullptr, limits_);
  handler = accept(connection);
  if (!handler) co_return done;
  co_await run(connection, *handler);
  co_return done;
}

Task<> RpcListener::receive(std::unique_ptr<Stream> stream) {
  const std::string peer = stream->peer().text();
  Task<Received> receiving = receive_(std::move(stream));
  Result<Received> received = co_await with_deadline(world_, longest_welcome, std::move(receiving));
  if (!received) {
    log::info("rpc", "the connection from {} was turned away: {}", peer, received.error().sentence());
    co_return done;
  }
  co_await serve(std::move(received->stream), std::move(received->accept));
  co_return done;
}

Task<> RpcListener::run(RpcConnection& connection, RpcHandler& handler) {
  connection.set_handler(&handler);
  Listed listed(connections_, connection);
  Result<Done> end = co_await connection.run();
  if (!end) {
    // Peers that vanish are everyday; peers that talk nonsense are not.
    const log::Level level = end.error().number() == EPROTO ? log::Level::warning : log::Level::debug;
    log::at(level, "rpc", "the connection from {} broke: {}", connection.peer().text(), end.error().sentence());
  }
  co_return done;
}

}  // namespace mortar
