// Whether the brick is still there: pings while answers are outstanding, and a bound on how long one may take.
#include "translators/client/remote.h"
#include "wire/messages/dump.h"

namespace mortar {

namespace {

std::uint64_t traffic(const RpcConnection& connection) {
  return connection.counters().bytes_received + connection.counters().bytes_sent;
}

Task<> send_ping(std::shared_ptr<RpcConnection> connection, Completion<Done> answered) {
  Result<Ping::Reply> reply = co_await connection->call(Ping{});
  answered.complete(reply ? Result<Done>(done) : std::unexpected(reply.error()));
  co_return done;
}

}  // namespace

void Remote::watch(const Connection& connection) {
  if (pinging_.lock() == connection || options_.ping_timeout.count() == 0) return;
  pinging_ = connection;
  watching_.start(ping(connection));
}

// One ping when requests begin, and one every ping-timeout while they are outstanding.
Task<> Remote::ping(Connection connection) {
  do {
    ++pings_;
    Completion<Done> answered;
    TaskSet running;
    running.start(send_ping(connection, answered));
    while (!answered.completed() && !connection->closed() && options_.ping_timeout.count() > 0) {
      const std::uint64_t before = traffic(*connection);
      co_await with_deadline(world_, options_.ping_timeout, answered.wait());
      if (answered.completed() || connection->closed() || traffic(*connection) != before) continue;
      log::error(section_.name, "server {} has not responded in the last {} seconds, disconnecting.",
                 connection->peer().text(), options_.ping_timeout.count());
      connection->close();
    }
    if (!connection->closed()) {
      co_await world_.sleep(options_.ping_timeout);
    }
  } while (!connection->closed() && connection->outstanding_calls() > 0 && options_.ping_timeout.count() > 0);
  if (pinging_.lock() == connection) pinging_.reset();
  co_return done;
}

// A brick that answers pings but not an operation does not recover by waiting: the connection is made anew.
Task<> Remote::watch_age(Connection connection) {
  while (!connection->closed()) {
    co_await world_.sleep(std::chrono::seconds(10));
    const auto* oldest = static_cast<const InFlight*>(in_flight_.front());
    if (options_.frame_timeout.count() == 0 || oldest == nullptr) continue;
    if (world_.now() - oldest->since < options_.frame_timeout) continue;
    log::error(section_.name, "{} has left an operation unanswered for {} seconds, disconnecting",
               connection->peer().text(), options_.frame_timeout.count());
    connection->close();
  }
  co_return done;
}

}  // namespace mortar
