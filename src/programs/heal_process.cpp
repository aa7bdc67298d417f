#include "programs/heal_process.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ctime>
#include <memory>
#include <vector>

#include "base/log.h"
#include "translators/fuse/mounted_graph.h"
#include "translators/replicate/heal_service.h"
#include "wire/messages/heal_operations.h"

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
  explicit HealDaemon(UserlessProcess process) : client_(std::move(process), domain) {}
  Task<> run();

 private:
  Task<> raise_volume(Volfile volfile);
  Task<> follow_volume();
  Task<> take_change();
  Task<BrickOperationReply> obey(brick_operation::TranslatorOperation request);
  std::string brick_of(const std::string& client) const;
  Task<> do_for(HealService& service, std::int64_t set, heal::Operation operation, Dictionary& told);
  void tell_walks(const HealService& service, std::int64_t set, Dictionary& told);

  UserlessClient client_;
  std::unique_ptr<HealedVolume> volume_;
};

Task<> HealDaemon::raise_volume(Volfile volfile) {
  std::unique_ptr<Graph> graph = co_await tried(client_.build(std::move(volfile)));
  auto raised = std::make_unique<HealedVolume>(client_.world(), std::move(graph));
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
  Volfile volfile = co_await tried(client_.read_volume());
  co_await tried(raise_volume(std::move(volfile)));
  client_.service().on<brick_operation::TranslatorOperation>(
      [this](RpcCaller, brick_operation::TranslatorOperation request) { return obey(std::move(request)); });
  std::vector<Task<>> beside;
  beside.push_back(follow_volume());
  co_await tried(client_.serve([this]() -> const Graph& { return volume_->graph(); }, std::move(beside)));
  co_await tried(volume_->end());
  co_return done;
}

Task<> HealDaemon::follow_volume() {
  for (;;) {
    co_await tried(client_.management().changed());
    const Result<Done> taken = co_await take_change();
    if (!taken) log::error(domain, "the changed volume is not taken: {}", taken.error().sentence());
  }
}

Task<> HealDaemon::take_change() {
  const Volfile volfile = co_await tried(client_.read_volume());
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

Task<BrickOperationReply> HealDaemon::obey(brick_operation::TranslatorOperation request) {
  const Dictionary& asked = request.input.dictionary;
  const auto operation = static_cast<heal::Operation>(asked.number("xl-op").value_or(-1));
  BrickOperationReply reply;
  std::vector<std::string> away;
  for (std::int64_t at = 0; at < asked.number("count").value_or(0); ++at) {
    const std::optional<std::string_view> name = asked.text(fmt::format("xl-{}", at));
    HealService* service = name ? volume_->service(*name) : nullptr;
    if (service == nullptr) {
      co_return failed(EINVAL, fmt::format("{} is no set of copies here", name.value_or("(none)")));
    }
    const std::int64_t set = asked.number(*name).value_or(at);
    co_await tried(do_for(*service, set, operation, reply.output.dictionary));
    for (const std::string& client : service->away()) away.push_back(brick_of(client));
  }
  // As with stock that is no success, though what is there is healed.
  if (operation == heal::Operation::index && !away.empty()) {
    co_return failed(ENOTCONN, fmt::format("These bricks are away: {}. What the others need of each other is healed.",
                                           fmt::join(away, ", ")));
  }
  co_return reply;
}

// As administrators call it.
std::string HealDaemon::brick_of(const std::string& client) const {
  const VolumeSection* section = volume_->graph().volfile().find(client);
  if (section == nullptr) return client;
  return fmt::format("{}:{}", section->option("remote-host").value_or("?"),
                     section->option("remote-subvolume").value_or("?"));
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

}  // namespace

Task<> run_heal(UserlessProcess process) {
  HealDaemon daemon(std::move(process));
  co_await tried(daemon.run());
  co_return done;
}

}  // namespace mortar
