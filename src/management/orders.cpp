#include "management/orders.h"

#include <fmt/format.h>

#include "base/join.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

// A brick that hangs is given up after two minutes.
constexpr Duration order_limit = 150s;

// In stock's words: they name the server, and in which of two steps it was.
Error named(const Error& error, const std::string& host, bool prepares) {
  return Error(error.number(),
               fmt::format("{} failed on {}. Error: {}", prepares ? "Staging" : "Commit", host, error.sentence()));
}

}  // namespace

Result<Done> Reports::outcome() const {
  if (failure) return std::unexpected(*failure);
  return done;
}

Result<Done> Orders::check_connected(const Volume& volume) const {
  for (const Brick& brick : volume.bricks) {
    const Server* server = membership_.pool().server(brick.server);
    if (server == nullptr || server->id == membership_.server() || membership_.lines().answers(server->id)) continue;
    return failed(ENOTCONN, fmt::format("Host {} not connected", brick.host));
  }
  return done;
}

Task<> Orders::tell(Gfid server, Order order) {
  if (server == membership_.server()) {
    co_await tried(own_.carry_out(std::move(order)));
    co_return done;
  }
  const Order::Reply reply = co_await tried(membership_.lines().ask(server, std::move(order), order_limit));
  // Its own number would look like the line's.
  if (reply.op_ret != 0) co_return failed(EREMOTEIO, reply.op_errstr);
  co_return done;
}

Task<Reports> Orders::give(Order order) {
  std::vector<Server> servers = membership_.pool().servers;
  // One that is invited does not know it yet; this one does.
  std::erase_if(servers,
                [own = membership_.server()](const Server& server) { return server.invited && server.id != own; });
  std::vector<Task<>> telling;
  for (const Server& server : servers) telling.push_back(tell(server.id, order));
  const std::vector<Result<Done>> told = co_await tried(all(std::move(telling)));
  Reports reports;
  for (std::size_t place = 0; place < servers.size(); ++place) {
    if (told[place]) continue;
    const bool own = servers[place].id == membership_.server();
    const Error& error = told[place].error();
    const std::string& host = servers[place].names.front();
    if (!own && is_silence(error)) {
      reports.silent.push_back(host);
    } else if (!reports.failure) {
      reports.failure = own ? error : named(error, host, order.version == 0);
    }
  }
  co_return std::move(reports);
}

}  // namespace mortar
