#include "programs/network_volfile.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"

namespace mortar {

namespace {

using namespace std::chrono_literals;

constexpr const char* domain = "glusterfs";
constexpr std::uint16_t highest_port = 49151;
constexpr Duration connect_limit = 20s;
constexpr Duration answer_limit = 120s;
constexpr Duration reconnect_pause = 3s;
constexpr std::size_t most_servers = 256;

}  // namespace

NetworkVolfile::NetworkVolfile(World& world, VolfileQuestion question) : world_(world), question_(std::move(question)) {
  callbacks_.on_raw(FetchSpec::number, [this](RpcConnection&, IncomingCall) { look_again(); });
  callbacks_.on_raw(StateDumpNotice::number, [this](RpcConnection&, IncomingCall call) {
    StateDumpNotice notice;
    if (dump_wanted_ && decode_front(call.arguments(), notice)) dump_wanted_(notice.pid);
  });
  incoming_.add(callbacks_);
}

Task<std::string> NetworkVolfile::fetch() {
  for (std::size_t tries = 1;; ++tries) {
    if (!connection_) {
      co_await tried(connect_in_rounds());
    }
    const Connection connection = connection_;
    if (!connection) co_return failed(ENOTCONN, "the management daemon has gone again");
    changed_.reset();  // a change from here on needs another look
    Result<GetSpec::Reply> reply = co_await with_deadline(world_, answer_limit, connection->call(request()));
    if (reply) co_return volfile_of(std::move(*reply), *connection);
    // A daemon that is just ending takes a connection, and goes without an answer.
    const bool has_gone = reply.error().number() == ENOTCONN;
    if (!has_gone || tries >= question_.servers.size()) co_return reply.error();
    pass_over(connection);
  }
}

Result<std::string> NetworkVolfile::volfile_of(GetSpec::Reply reply, const RpcConnection& connection) {
  if (reply.op_ret < 0) {
    const int number = reply.op_errno > 0 ? reply.op_errno : EIO;
    return failed(number, fmt::format("{} gives no volume file for {}: {}", connection.peer().text(), question_.key,
                                      Error(number).sentence()));
  }
  learn_servers(reply.xdata.dictionary);
  return std::move(reply.spec);
}

void NetworkVolfile::pass_over(const Connection& gone) {
  if (connection_ && connection_ != gone) return;
  log::warning(domain, "{} has gone without an answer", gone->peer().text());
  connection_ = nullptr;
  next_server_ = (next_server_ + 1) % question_.servers.size();
}

GetSpec NetworkVolfile::request() const {
  GetSpec request;
  request.flags = question_.wants_servers ? 1 : 0;
  request.key = question_.key;
  Dictionary& xdata = request.xdata.dictionary;
  xdata.set_text("min-op-version", "1");
  xdata.set_text("max-op-version", "100000");
  if (!question_.brick.empty()) xdata.set_text("brick_name", question_.brick);
  return request;
}

// "host:port host:port "; an address with colons of its own stands as it is in front of the last one.
void NetworkVolfile::learn_servers(const Dictionary& xdata) {
  std::string_view rest = xdata.text("cluster.brick-vol-servers").value_or("");
  while (!rest.empty() && question_.servers.size() < most_servers) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view entry = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = entry.rfind(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    const int port = std::atoi(std::string(entry.substr(colon + 1)).c_str());
    if (port <= 0 || port > 65535) continue;
    const Address server = Address::tcp(std::string(entry.substr(0, colon)), static_cast<std::uint16_t>(port));
    if (std::ranges::find(question_.servers, server) == question_.servers.end()) question_.servers.push_back(server);
  }
}

Task<> NetworkVolfile::connect_in_rounds() {
  for (unsigned round = 1;; ++round) {
    const Result<Done> connected = co_await connect_any();
    if (connected || round >= question_.rounds) co_return connected;
    log::warning(domain, "round {} of {}: {}", round, question_.rounds, connected.error().sentence());
    co_await world_.sleep(reconnect_pause);
  }
}

Task<> NetworkVolfile::connect_any() {
  std::string failures;
  for (std::size_t tries = 0; tries < question_.servers.size(); ++tries) {
    const Address server = question_.servers[next_server_];
    Result<Connection> connection = co_await connect(server);
    if (connection_) co_return done;  // keep() and fetch() may both be at it
    if (connection) {
      connection_ = *connection;
      tasks_.start(keep(*connection));
      co_return done;
    }
    next_server_ = (next_server_ + 1) % question_.servers.size();
    failures += fmt::format("{}{}: {}", failures.empty() ? "" : "; ", server.text(), connection.error().sentence());
  }
  co_return failed(ENOTCONN, fmt::format("no management daemon can be reached ({})", failures));
}

Task<NetworkVolfile::Connection> NetworkVolfile::connect(Address server) {
  StreamOptions options;
  options.source_port_ceiling = highest_port;
  std::unique_ptr<Stream> stream =
      co_await tried(with_deadline(world_, connect_limit, world_.network().connect(server, options)));
  co_return std::make_shared<RpcConnection>(std::move(stream), &incoming_);
}

Task<> NetworkVolfile::keep(Connection connection) {
  co_await connection->run();
  log::warning(domain, "disconnected from {}", connection->peer().text());
  if (connection_ == connection) connection_ = nullptr;
  connection.reset();
  while (!connection_) {
    co_await world_.sleep(reconnect_pause);
    if (connection_) break;  // by a fetch
    next_server_ = (next_server_ + 1) % question_.servers.size();
    const Result<Done> again = co_await connect_any();
    if (!again) log::debug(domain, "{}", again.error().sentence());
  }
  look_again();
  if (greeting_) {
    co_await greeting_(connection_);
  }
  co_return done;
}

}  // namespace mortar
