#include "programs/brick_daemon.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "base/log.h"
#include "programs/process_memory.h"
#include "translator/state_dump.h"
#include "wire/messages/handshake.h"
#include "wire/messages/portmap.h"

namespace mortar {

namespace {

using namespace std::chrono_literals;

constexpr const char* domain = "glusterfsd";
constexpr Duration sign_limit = 20s;
constexpr Duration sign_out_limit = 500ms;
// Of events that are under way to glusterd.
constexpr std::size_t most_messages = 100;

class BrickDaemon {
 public:
  explicit BrickDaemon(BrickProcess process) : process_(std::move(process)) {}
  Task<> run();

 private:
  Task<Volfile> read_volume();
  Result<Done> build(const Volfile& volfile);
  Task<> serve();
  Task<> sign_in(std::shared_ptr<RpcConnection> connection);
  Task<> sign_out();
  Task<> follow_volume();
  Task<> take_change();
  Task<> obey_signals();
  Task<> dump_state();
  // Lets glusterd know, for those who are told of events.
  void tell(const Occurrence& event);
  Task<> tell_by(std::shared_ptr<RpcConnection> connection, EventNotify message);

  BrickProcess process_;
  std::size_t telling_ = 0;
  TaskSet messages_;
  std::unique_ptr<Graph> graph_;
  ProtocolServer* server_ = nullptr;
  std::string brick_;  // as its clients and glusterd call it
  Event told_to_end_;
};

Task<Volfile> BrickDaemon::read_volume() {
  const std::string text = co_await tried(process_.source.fetch());
  Volfile volfile = co_await tried(parse_volfile(text));
  if (volfile.sections.empty()) co_return failed(EINVAL, "the volume file is empty");
  apply_brick_options(process_.options, volfile);
  co_return volfile;
}

Result<Done> BrickDaemon::build(const Volfile& volfile) {
  Result<std::unique_ptr<Graph>> graph = Graph::build(process_.world, volfile, process_.types);
  if (!graph) return std::unexpected(graph.error());
  graph_ = std::move(*graph);
  server_ = dynamic_cast<ProtocolServer*>(&graph_->top());
  if (server_ == nullptr || server_->children().empty()) {
    return failed(EINVAL, fmt::format("volume {} is no protocol/server over a brick", volfile.top().name));
  }
  const VolumeSection& top = *volfile.find(server_->children().front()->name());
  brick_ = process_.options.brick_name.empty() ? top.name : process_.options.brick_name;
  if (const std::optional<std::string_view> id = top.option("volume-id")) server_->set_volume_id(std::string(*id));
  return done;
}

Task<> BrickDaemon::run() {
  const Volfile volfile = co_await tried(read_volume());
  co_await tried(build(volfile));
  Result<Done> ended = co_await graph_->start();
  if (ended) {
    ended = co_await serve();
  }
  const Result<Done> stopped = co_await graph_->stop();
  if (!stopped) log::error(domain, "the brick does not stop cleanly: {}", stopped.error().sentence());
  co_return ended;
}

Task<> BrickDaemon::serve() {
  BrickControl control(process_.world, *graph_, *server_, brick_, [this] { told_to_end_.set(); });
  if (!process_.options.control_socket.empty()) {
    co_await tried(control.listen(process_.options.control_socket));
  }
  if (process_.management != nullptr) {
    process_.management->on_reconnect(
        [this](std::shared_ptr<RpcConnection> connection) { return sign_in(connection); });
    co_await tried(sign_in(process_.management->connection()));
  }
  co_await tried(process_.report_ready());
  log::info(domain, "{} is served on port {}", brick_, server_->port());
  server_->on_event([this](const Occurrence& event) { tell(event); });
  TaskSet beside;
  beside.start(obey_signals());
  beside.start(follow_volume());
  co_await told_to_end_.wait();
  beside.cancel();
  co_await sign_out();
  co_return done;
}

Task<> BrickDaemon::sign_in(std::shared_ptr<RpcConnection> connection) {
  if (!connection) co_return failed(ENOTCONN);
  const SignIn request{brick_, server_->port(), process_.world.processes().own_pid()};
  SignReply reply = co_await tried(with_deadline(process_.world, sign_limit, connection->call(request)));
  if (reply.op_ret < 0) {
    log::error(domain, "{} does not take the sign-in of {}", connection->peer().text(), brick_);
    co_return failed(reply.op_errno > 0 ? reply.op_errno : EIO, "the management daemon refuses the brick's sign-in");
  }
  co_return done;
}

// A daemon that is gone forgets the brick anyway.
Task<> BrickDaemon::sign_out() {
  if (process_.management == nullptr || !process_.management->connection()) co_return done;
  const std::shared_ptr<RpcConnection> connection = process_.management->connection();
  const SignOut request{brick_, server_->port(), 0};
  Result<SignReply> reply = co_await with_deadline(process_.world, sign_out_limit, connection->call(request));
  if (!reply) log::info(domain, "no sign-out: {}", reply.error().sentence());
  co_return done;
}

void BrickDaemon::tell(const Occurrence& event) {
  const auto connection = process_.management == nullptr ? nullptr : process_.management->connection();
  if (connection == nullptr || telling_ == most_messages) {
    log::info(domain, "{} is not told to the management daemon", event.name);
    return;
  }
  EventNotify message{.operation = EventNotify::event};
  message.dict.dictionary = dictionary_of(event);
  messages_.start(tell_by(connection, std::move(message)));
}

Task<> BrickDaemon::tell_by(std::shared_ptr<RpcConnection> connection, EventNotify message) {
  ++telling_;
  const Result<EventNotify::Reply> reply =
      co_await with_deadline(process_.world, sign_limit, connection->call(message));
  --telling_;
  if (!reply) log::info(domain, "an event is not told to the management daemon: {}", reply.error().sentence());
  co_return done;
}

Task<> BrickDaemon::follow_volume() {
  for (;;) {
    co_await tried(process_.source.changed());
    const Result<Done> taken = co_await take_change();
    if (!taken) log::error(domain, "the changed volume is not taken: {}", taken.error().sentence());
  }
}

Task<> BrickDaemon::take_change() {
  const Volfile volfile = co_await tried(read_volume());
  if (volfile == graph_->volfile()) co_return done;
  log::info(domain, "options of the volume changed");
  for (const Error& refusal : graph_->reconfigure(volfile)) log::error(domain, "{}", refusal.sentence());
  if (!graph_->has_shape_of(volfile)) {
    log::warning(domain, "the volume has other translators now: that takes effect when the brick is started again");
  }
  co_return done;
}

Task<> BrickDaemon::obey_signals() {
  for (;;) {
    const int signal = co_await tried(process_.world.next_signal());
    if (signal == SIGTERM || signal == SIGINT) {
      log::info(domain, "signal {}: ending", signal);
      told_to_end_.set();
    }
    if (signal == SIGUSR1) {
      co_await dump_state();
    }
    if (signal == SIGHUP) {
      process_.reopen_log();
      process_.source.look_again();
    }
  }
}

Task<> BrickDaemon::dump_state() {
  const std::optional<std::string_view> chosen = graph_->volfile().top().option("statedump-path");
  std::string name = brick_.substr(brick_.starts_with('/') ? 1 : 0);
  std::ranges::replace(name, '/', '-');
  StateDump dump;
  dump.directory = chosen.value_or(process_.state_dump_directory);
  dump.name = std::move(name);
  dump.sections = memory_section();
  BrickHoldings(*graph_, *server_, brick_).dump(dump.sections);
  dump_graph(*graph_, dump.sections);
  dump.option_directories.push_back(process_.state_dump_directory);
  // A daemon with a run directory of its own writes there which parts it wants.
  const std::string& socket = process_.options.control_socket;
  if (!socket.empty()) dump.option_directories.push_back(socket.substr(0, socket.rfind('/')));
  const Result<std::string> path = co_await write_state_dump(process_.world, std::move(dump));
  if (path) log::info(domain, "the state is written to {}", *path);
  if (!path) log::error(domain, "no state dump: {}", path.error().sentence());
  co_return done;
}

}  // namespace

Task<> run_brick(BrickProcess process) {
  BrickDaemon daemon(std::move(process));
  co_await tried(daemon.run());
  co_return done;
}

}  // namespace mortar
