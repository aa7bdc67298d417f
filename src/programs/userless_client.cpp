#include "programs/userless_client.h"

#include <fmt/format.h>
#include <signal.h>

#include "base/log.h"
#include "programs/process_dump.h"
#include "programs/process_memory.h"
#include "translator/state_dump.h"

namespace mortar {
namespace {

// Of the command of `volume status`.
namespace status_command {
constexpr std::int64_t mask = 0xff, memory = 0x1, inodes = 0x4, calls = 0x10, client_list = 0x80;
}  // namespace status_command

// It keeps nothing of objects that it does not work on, and no user's call is under way.
Dictionary no_inodes() {
  Dictionary told;
  told.set_text("conncount", "1");
  for (const char* key : {"lru_limit", "active_size", "lru_size", "purge_size"}) {
    told.set_text(fmt::format("conn0.itable.{}", key), "0");
  }
  return told;
}

Dictionary no_calls() {
  Dictionary told;
  told.set_text("callpool.count", "0");
  return told;
}

}  // namespace

Task<Volfile> fetch_volume(VolfileSource& source, const ClientOptions& options) {
  const std::string text = co_await tried(source.fetch());
  Volfile volfile = co_await tried(parse_volfile(text));
  if (volfile.sections.empty()) co_return failed(EINVAL, "the volume file names no volume");
  for (VolumeSection& section : volfile.sections) {
    if (section.type == "protocol/client") section.set_option("process-name", options.process_name);
  }
  set_translator_options(options.volfile, volfile);
  co_return volfile;
}

Task<std::unique_ptr<Graph>> UserlessClient::build(Volfile volfile) {
  std::unique_ptr<Graph> graph = co_await tried(Graph::build(process_.world, volfile, process_.types));
  co_return std::move(graph);
}

Task<> UserlessClient::serve(std::function<const Graph&()> graph, std::vector<Task<>> tasks) {
  graph_ = std::move(graph);
  co_await tried(listen());
  co_await tried(process_.report_ready());
  TaskSet beside;
  for (Task<>& task : tasks) beside.start(std::move(task));
  beside.start(obey_signals());
  co_await over_.wait();
  beside.cancel();
  tasks_.cancel();
  co_return done;
}

Result<Done> UserlessClient::listen() {
  service_.on<brick_operation::Status>(
      [this](RpcCaller, brick_operation::Status request) { return ready(status(request)); });
  rpc_.add(service_);
  rpc_.add_dump();
  if (process_.options.control_socket.empty()) return done;
  auto listening =
      process_.world.network().listen(Address::unix_socket(process_.options.control_socket), StreamOptions{}, 8);
  if (!listening) return std::unexpected(listening.error());
  listener_ = std::make_unique<RpcListener>(process_.world, std::move(*listening), rpc_);
  return done;
}

Result<BrickOperationReply> UserlessClient::status(const brick_operation::Status& request) const {
  BrickOperationReply reply;
  Dictionary& told = reply.output.dictionary;
  switch (request.input.dictionary.number("cmd").value_or(0) & status_command::mask) {
    case status_command::memory: told = memory_status(); break;
    case status_command::inodes: told = no_inodes(); break;
    case status_command::calls: told = no_calls(); break;
    case status_command::client_list: break;  // it has none
    default: return failed(EINVAL, "Unknown status op");
  }
  return reply;
}

Task<> UserlessClient::obey_signals() {
  for (;;) {
    const int signal = co_await tried(process_.world.next_signal());
    if (signal == SIGHUP) process_.reopen_log();
    if (signal == SIGUSR1) {
      std::string sections;
      dump_graph(graph_(), sections);
      co_await dump_process(process_.world, process_.state_dump_directory, std::move(sections));
    }
    if (signal != SIGTERM && signal != SIGINT) continue;
    log::info(domain_, "signal {}: ending", signal);
    end();
    co_return done;
  }
}

}  // namespace mortar
