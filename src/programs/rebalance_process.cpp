#include "programs/rebalance_process.h"

#include <fmt/format.h>

#include "base/log.h"
#include "translators/distribute/layout_crawl.h"
#include "translators/fuse/mounted_graph.h"

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
  explicit RebalanceDaemon(UserlessProcess process) : client_(std::move(process), domain) {}
  Task<> run();

 private:
  using GraphPointer = std::unique_ptr<fuse::MountedGraph>;

  Task<GraphPointer> raise_graph(Volfile volfile);
  Task<BrickOperationReply> obey(brick_operation::Defragment request);
  Task<> walk();
  Task<> report();
  Dictionary figures() const;

  UserlessClient client_;
  GraphPointer graph_;
  std::unique_ptr<LayoutCrawl> crawl_;
  State state_ = State::running;
  Instant begun_;
  Instant ended_;
};

Task<RebalanceDaemon::GraphPointer> RebalanceDaemon::raise_graph(Volfile volfile) {
  std::unique_ptr<Graph> graph = co_await tried(client_.build(std::move(volfile)));
  GraphPointer raised = std::make_unique<fuse::MountedGraph>(std::move(graph));
  co_await tried(raised->graph().start());
  co_await tried(with_deadline(client_.world(), patience, raised->decided()));
  co_return std::move(raised);
}

Task<> RebalanceDaemon::run() {
  Volfile volfile = co_await tried(client_.read_volume());
  graph_ = co_await tried(raise_graph(std::move(volfile)));
  crawl_ = std::make_unique<LayoutCrawl>(*graph_);
  begun_ = client_.world().now();
  client_.service().on<brick_operation::Defragment>(
      [this](RpcCaller, brick_operation::Defragment request) { return obey(std::move(request)); });
  std::vector<Task<>> beside;
  beside.push_back(walk());
  co_await tried(client_.serve([this]() -> const Graph& { return graph_->graph(); }, std::move(beside)));
  co_await tried(graph_->graph().stop());
  co_return done;
}

Task<BrickOperationReply> RebalanceDaemon::obey(brick_operation::Defragment request) {
  const std::int64_t command = request.input.dictionary.number("rebalance-command").value_or(0);
  if (command != stop_command && command != status_command) co_return failed(EINVAL, "Unknown rebalance command");
  if (command == stop_command && state_ == State::running) {
    log::info(domain, "told to stop");
    state_ = State::stopped;
    ended_ = client_.world().now();
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
    ended_ = client_.world().now();
  }
  if (walked) {
    log::info(domain, "{} directories are in order, {} failed", crawl_->directories(), crawl_->failures());
  } else {
    log::error(domain, "ended after {} directories: {}", crawl_->directories(), walked.error().sentence());
  }
  co_await report();
  client_.end();
  co_return done;
}

// A daemon that is away hears of it when it is back.
Task<> RebalanceDaemon::report() {
  for (;;) {
    const NetworkVolfile::Connection connection = client_.management().connection();
    Result<EventNotify::Reply> told = failed(ENOTCONN);
    if (connection) {
      EventNotify event;
      event.dict.dictionary = figures();
      event.dict.dictionary.set_text("volname", client_.options().volfile.id);
      told = co_await with_deadline(client_.world(), answer_limit, connection->call(event));
    }
    if (told) co_return done;
    log::info(domain, "the management daemon is not told yet: {}", told.error().sentence());
    co_await tried(client_.world().sleep(report_pause));
  }
}

Dictionary RebalanceDaemon::figures() const {
  const Instant until = state_ == State::running ? client_.world().now() : ended_;
  Dictionary told;
  told.set("status", static_cast<std::int64_t>(state_));
  for (const char* key : {"files", "size", "lookups", "skipped"}) told.set(key, std::uint64_t{0});
  told.set("failures", crawl_->failures());
  told.set("run-time", std::chrono::duration<double>(std::chrono::floor<std::chrono::seconds>(until - begun_)).count());
  return told;
}

}  // namespace

Task<> run_rebalance(UserlessProcess process) {
  RebalanceDaemon daemon(std::move(process));
  co_await tried(daemon.run());
  co_return done;
}

}  // namespace mortar
