#include "programs/heal_process.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <signal.h>

#include <ctime>
#include <memory>
#include <vector>

#include "base/log.h"
#include "programs/process_dump.h"
#include "translator/state_dump.h"
#include "translators/fuse/mounted_graph.h"
#include "translators/replicate/heal_service.h"
#include "wire/messages/brick_operations.h"
#include "wire/messages/heal_operations.h"
#include "wire/rpc_listener.h"

namespace mortar {
namespace {

using replicate::Copy;
using replicate::HealService;

constexpr const char* domain = "glustershd";

// A volume's graph, with a service for each set of copies in it.
class HealedVolume {
 public:
  HealedVolume(World& world, std::unique_ptr<Graph> graph) : graph_(std::move(graph)) {
    for (const std::unique_ptr<Translator>& translator : graph_.graph().translators()) {
      auto* set = dynamic_cast<Replicate*>(translator.get());
      if (set != nullptr) services_.push_back(std::make_unique<HealService>(world, *set));
    }
  }

  Graph& graph() { return graph_.graph(); }
  void begin() {
    for (const auto& service : services_) healing_.start(service->run());
  }
  Task<> end() {
    healing_.cancel();
    services_.clear();
    co_await tried(graph_.graph().stop());
    co_return done;
  }
  // Null where there is none of that name.
  HealService* service(std::string_view name) const {
    const auto found = std::ranges::find_if(services_, [name](const auto& service) { return service->name() == name; });
    return found == services_.end() ? nullptr : found->get();
  }

 private:
  fuse::MountedGraph graph_;
  std::vector<std::unique_ptr<HealService>> services_;
  TaskSet healing_;
};

class HealDaemon {
 public:
  explicit HealDaemon(HealProcess process) : process_(std::move(process)) {}
  Task<> run();

 private:
  Task<Volfile> read_volume();
  Task<> raise_volume(Volfile volfile);
  Task<> follow_volume();
  Task<> take_change();
  Result<Done> listen();
  Task<BrickOperationReply> obey(brick_operation::TranslatorOperation request);
  Task<> do_for(HealService& service, std::int64_t set, heal::Operation operation, Dictionary& told);
  void tell_walks(const HealService& service, std::int64_t set, Dictionary& told);
  Task<> obey_signals();

  HealProcess process_;
  std::unique_ptr<HealedVolume> volume_;
  Event over_;
  TaskSet tasks_;
  RpcService service_{programs::brick, "Gluster Brick operations"};
  RpcServer rpc_{tasks_};
  std::unique_ptr<RpcListener> listener_;
};

Task<Volfile> HealDaemon::read_volume() {
  const std::string text = co_await tried(process_.management.fetch());
  Volfile volfile = co_await tried(parse_volfile(text));
  if (volfile.sections.empty()) co_return failed(EINVAL, "the volume file names no volume");
  for (VolumeSection& section : volfile.sections) {
    if (section.type == "protocol/client") section.set_option("process-name", process_.options.process_name);
  }
  set_translator_options(process_.options.volfile, volfile);
  co_return volfile;
}

Task<> HealDaemon::raise_volume(Volfile volfile) {
  std::unique_ptr<Graph> graph = co_await tried(Graph::build(process_.world, volfile, process_.types));
  auto raised = std::make_unique<HealedVolume>(process_.world, std::move(graph));
  co_await tried(raised->graph().start());
  if (volume_) {
    const Result<Done> ended = co_await volume_->end();
    if (!ended) log::warning(domain, "the former volume: {}", ended.error().sentence());
  }
  volume_ = std::move(raised);
  volume_->begin();
  co_return done;
}

Task<> HealDaemon::run() {
  const Volfile volfile = co_await tried(read_volume());
  co_await tried(raise_volume(volfile));
  co_await tried(listen());
  co_await tried(process_.report_ready());
  TaskSet beside;
  beside.start(follow_volume());
  beside.start(obey_signals());
  co_await over_.wait();
  beside.cancel();
  tasks_.cancel();
  co_await tried(volume_->end());
  co_return done;
}

Task<> HealDaemon::follow_volume() {
  for (;;) {
    co_await tried(process_.management.changed());
    const Result<Done> taken = co_await take_change();
    if (!taken) log::error(domain, "the changed volume is not taken: {}", taken.error().sentence());
  }
}

Task<> HealDaemon::take_change() {
  const Volfile volfile = co_await tried(read_volume());
  Graph& graph = volume_->graph();
  if (volfile == graph.volfile()) co_return done;
  bool needs_new_graph = !graph.has_shape_of(volfile);
  if (!needs_new_graph) {
    for (const Error& refusal : graph.reconfigure(volfile)) {
      needs_new_graph = needs_new_graph || refusal.number() == ENOTSUP;
      if (refusal.number() != ENOTSUP) log::error(domain, "{}", refusal.sentence());
    }
  }
  if (needs_new_graph) {
    co_await tried(raise_volume(volfile));
  }
  co_return done;
}

// ---- What glusterd asks

Result<Done> HealDaemon::listen() {
  service_.on<brick_operation::TranslatorOperation>(
      [this](RpcCaller, brick_operation::TranslatorOperation request) { return obey(std::move(request)); });
  rpc_.add(service_);
  rpc_.add_dump();
  if (process_.options.control_socket.empty()) return done;
  auto listening =
      process_.world.network().listen(Address::unix_socket(process_.options.control_socket), StreamOptions{}, 8);
  if (!listening) return std::unexpected(listening.error());
  listener_ = std::make_unique<RpcListener>(process_.world, std::move(*listening), rpc_);
  return done;
}

Task<BrickOperationReply> HealDaemon::obey(brick_operation::TranslatorOperation request) {
  const Dictionary& asked = request.input.dictionary;
  const auto operation = static_cast<heal::Operation>(asked.number("xl-op").value_or(-1));
  BrickOperationReply reply;
  for (std::int64_t at = 0; at < asked.number("count").value_or(0); ++at) {
    const std::optional<std::string_view> name = asked.text(fmt::format("xl-{}", at));
    HealService* service = name ? volume_->service(*name) : nullptr;
    if (service == nullptr) {
      co_return failed(EINVAL, fmt::format("{} is no set of copies here", name.value_or("(none)")));
    }
    const std::int64_t set = asked.number(*name).value_or(at);
    co_await tried(do_for(*service, set, operation, reply.output.dictionary));
  }
  co_return reply;
}

Task<> HealDaemon::do_for(HealService& service, std::int64_t set, heal::Operation operation, Dictionary& told) {
  const auto number = static_cast<std::size_t>(set);
  switch (operation) {
    case heal::Operation::index: service.heal_now(); break;
    case heal::Operation::full:
      if (const Result<Done> begun = service.heal_all(); !begun) co_return begun;
      break;
    case heal::Operation::statistics: tell_walks(service, set, told); break;
    case heal::Operation::count:
    case heal::Operation::count_per_replica:
      for (const Copy copy : service.local().list()) {
        const Result<std::uint64_t> waiting = co_await service.waiting(copy);
        const std::string key = heal::copy(number, copy);
        if (waiting) {
          told.set(heal::count_key(key), static_cast<std::int64_t>(*waiting));
        } else {
          told.set_text(heal::status_key(key), "Brick is not connected");
        }
      }
      break;
    default: co_return failed(EOPNOTSUPP, "the self-heal daemon is not asked this");
  }
  co_return done;
}

// As ctime() writes it.
std::string clock_text(const Moment& moment) {
  return fmt::format("{:%a %b %e %H:%M:%S %Y}", fmt::localtime(static_cast<std::time_t>(moment.seconds)));
}

void HealDaemon::tell_walks(const HealService& service, std::int64_t set, Dictionary& told) {
  for (const auto& [copy, walks] : service.walks()) {
    const std::string key = heal::copy(static_cast<std::size_t>(set), copy);
    told.set(heal::walks_key(key), static_cast<std::int64_t>(walks.size()));
    std::size_t number = 0;
    for (const HealService::Walk& walk : walks) {
      const auto at = [&](std::string_view value) { return heal::walk_key(value, key, number); };
      told.set_text(at(heal::walk_type), walk.is_full ? "FULL" : "INDEX");
      told.set(at(heal::walk_healed), walk.figures.healed);
      told.set(at(heal::walk_split_brain), walk.figures.split_brain);
      told.set(at(heal::walk_failed), walk.figures.failed);
      told.set_text(at(heal::walk_began), clock_text(walk.began));
      if (!walk.goes_on) told.set_text(at(heal::walk_ended), clock_text(walk.ended));
      told.set(at(heal::walk_in_progress), std::int64_t{walk.goes_on});
      ++number;
    }
  }
}

Task<> HealDaemon::obey_signals() {
  for (;;) {
    const int signal = co_await tried(process_.world.next_signal());
    if (signal == SIGHUP) process_.reopen_log();
    if (signal == SIGUSR1) {
      std::string sections;
      dump_graph(volume_->graph(), sections);
      co_await dump_process(process_.world, process_.state_dump_directory, std::move(sections));
    }
    if (signal != SIGTERM && signal != SIGINT) continue;
    log::info(domain, "signal {}: ending", signal);
    over_.set();
    co_return done;
  }
}

}  // namespace

Task<> run_heal(HealProcess process) {
  HealDaemon daemon(std::move(process));
  co_await tried(daemon.run());
  co_return done;
}

}  // namespace mortar
