#include "programs/rebalance_process.h"

#include <fmt/format.h>
#include <signal.h>

#include "base/log.h"
#include "programs/process_dump.h"
#include "translator/state_dump.h"
#include "translators/distribute/layout_crawl.h"
#include "translators/fuse/mounted_graph.h"
#include "wire/messages/brick_operations.h"
#include "wire/rpc_listener.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

constexpr const char* domain = "rebalance";
// How long the volume may take to say whether it can serve.
constexpr auto patience = 60s;
constexpr auto answer_limit = 20s;
constexpr auto report_pause = 3s;

// On the wire: "rebalance-command", and how a walk for layouts stands.
constexpr std::int64_t stop_command = 2, status_command = 3;
enum class State : std::int64_t { running = 5, stopped = 6, completed = 7, failed = 8 };

class RebalanceDaemon {
 public:
  explicit RebalanceDaemon(RebalanceProcess process) : process_(std::move(process)) {}
  Task<> run();

 private:
  using GraphPointer = std::unique_ptr<fuse::MountedGraph>;

  Task<Volfile> read_volume();
  Task<GraphPointer> raise_graph(Volfile volfile);
  Result<Done> listen();
  Task<BrickOperationReply> obey(brick_operation::Defragment request);
  Task<> walk();
  Task<> report();
  Dictionary figures() const;
  Task<> obey_signals();

  RebalanceProcess process_;
  GraphPointer graph_;
  std::unique_ptr<LayoutCrawl> crawl_;
  State state_ = State::running;
  Instant begun_;
  Instant ended_;
  Event over_;
  TaskSet tasks_;
  RpcService service_{programs::brick, "Gluster Brick operations"};
  RpcServer rpc_{tasks_};
  std::unique_ptr<RpcListener> listener_;
};

Task<Volfile> RebalanceDaemon::read_volume() {
  const std::string text = co_await tried(process_.management.fetch());
  Volfile volfile = co_await tried(parse_volfile(text));
  if (volfile.sections.empty()) co_return failed(EINVAL, "the volume file names no volume");
  for (VolumeSection& section : volfile.sections) {
    if (section.type == "protocol/client") section.set_option("process-name", process_.options.process_name);
  }
  set_translator_options(process_.options.volfile, volfile);
  co_return volfile;
}

Task<RebalanceDaemon::GraphPointer> RebalanceDaemon::raise_graph(Volfile volfile) {
  std::unique_ptr<Graph> graph = co_await tried(Graph::build(process_.world, volfile, process_.types));
  GraphPointer raised = std::make_unique<fuse::MountedGraph>(std::move(graph));
  co_await tried(raised->graph().start());
  co_await tried(with_deadline(process_.world, patience, raised->decided()));
  co_return std::move(raised);
}

Task<> RebalanceDaemon::run() {
  const Volfile volfile = co_await tried(read_volume());
  graph_ = co_await tried(raise_graph(volfile));
  crawl_ = std::make_unique<LayoutCrawl>(*graph_);
  begun_ = process_.world.now();
  co_await tried(listen());
  co_await tried(process_.report_ready());
  TaskSet beside;
  beside.start(walk());
  beside.start(obey_signals());
  co_await over_.wait();
  beside.cancel();
  tasks_.cancel();
  co_await tried(graph_->graph().stop());
  co_return done;
}

Result<Done> RebalanceDaemon::listen() {
  service_.on<brick_operation::Defragment>(
      [this](RpcCaller, brick_operation::Defragment request) { return obey(std::move(request)); });
  rpc_.add(service_);
  rpc_.add_dump();
  if (process_.options.control_socket.empty()) return done;
  auto listening =
      process_.world.network().listen(Address::unix_socket(process_.options.control_socket), StreamOptions{}, 8);
  if (!listening) return std::unexpected(listening.error());
  listener_ = std::make_unique<RpcListener>(process_.world, std::move(*listening), rpc_);
  return done;
}

Task<BrickOperationReply> RebalanceDaemon::obey(brick_operation::Defragment request) {
  const std::int64_t command = request.input.dictionary.number("rebalance-command").value_or(0);
  if (command != stop_command && command != status_command) co_return failed(EINVAL, "Unknown rebalance command");
  if (command == stop_command && state_ == State::running) {
    log::info(domain, "told to stop");
    state_ = State::stopped;
    ended_ = process_.world.now();
    crawl_->stop();
  }
  BrickOperationReply reply;
  reply.output.dictionary = figures();
  co_return reply;
}

Task<> RebalanceDaemon::walk() {
  const Result<Done> walked = co_await crawl_->run();
  if (state_ == State::running) {
    state_ = walked ? State::completed : State::failed;
    ended_ = process_.world.now();
  }
  if (walked) {
    log::info(domain, "{} directories are in order, {} failed", crawl_->directories(), crawl_->failures());
  } else {
    log::error(domain, "ended after {} directories: {}", crawl_->directories(), walked.error().sentence());
  }
  co_await report();
  over_.set();
  co_return done;
}

// A daemon that is away hears of it when it is back.
Task<> RebalanceDaemon::report() {
  for (;;) {
    const NetworkVolfile::Connection connection = process_.management.connection();
    Result<EventNotify::Reply> told = failed(ENOTCONN);
    if (connection) {
      EventNotify event;
      event.dict.dictionary = figures();
      event.dict.dictionary.set_text("volname", process_.options.volfile.id);
      told = co_await with_deadline(process_.world, answer_limit, connection->call(event));
    }
    if (told) co_return done;
    log::info(domain, "the management daemon is not told yet: {}", told.error().sentence());
    co_await tried(process_.world.sleep(report_pause));
  }
}

Dictionary RebalanceDaemon::figures() const {
  const Instant until = state_ == State::running ? process_.world.now() : ended_;
  Dictionary told;
  told.set("status", static_cast<std::int64_t>(state_));
  for (const char* key : {"files", "size", "lookups", "skipped"}) told.set(key, std::uint64_t{0});
  told.set("failures", crawl_->failures());
  told.set("run-time", std::chrono::duration<double>(std::chrono::floor<std::chrono::seconds>(until - begun_)).count());
  return told;
}

Task<> RebalanceDaemon::obey_signals() {
  for (;;) {
    const int signal = co_await tried(process_.world.next_signal());
    if (signal == SIGHUP) process_.reopen_log();
    if (signal == SIGUSR1) {
      std::string sections;
      dump_graph(graph_->graph(), sections);
      co_await dump_process(process_.world, process_.state_dump_directory, std::move(sections));
    }
    if (signal != SIGTERM && signal != SIGINT) continue;
    log::info(domain, "signal {}: ending", signal);
    over_.set();
    co_return done;
  }
}

}  // namespace

Task<> run_rebalance(RebalanceProcess process) {
  RebalanceDaemon daemon(std::move(process));
  co_await tried(daemon.run());
  co_return done;
}

}  // namespace mortar
