#include "programs/brick_control.h"

#include <fmt/format.h>

#include "base/log.h"
#include "programs/brick_speed.h"
#include "programs/process_memory.h"

namespace mortar {

namespace {

// What "volume status" wants to know: the low byte of its command.
namespace status_command {
constexpr std::int64_t mask = 0xff, memory = 0x1, clients = 0x2, inodes = 0x4, descriptors = 0x8, calls = 0x10,
                       client_list = 0x80;
}  // namespace status_command

template <class Request>
Task<BrickOperationReply> refuse(RpcCaller, Request) {
  return ready<BrickOperationReply>(
      failed(EOPNOTSUPP, fmt::format("{} is not supported by this release", Request::name_of_operation)));
}

}  // namespace

BrickControl::BrickControl(World& world, const Graph& graph, const ProtocolServer& server, std::string brick,
                           std::function<void()> terminate)
    : world_(world),
      graph_(graph),
      brick_(std::move(brick)),
      holdings_(graph, server, brick_),
      terminate_(std::move(terminate)) {
  for_each_message([this]<class Request>() { service_.on<Request>(refuse<Request>); }, brick_operation::All{});
  service_.on<brick_operation::Terminate>(
      [this](RpcCaller, brick_operation::Terminate request) { return ready(this->terminate(request)); });
  service_.on<brick_operation::Status>(
      [this](RpcCaller, brick_operation::Status request) { return ready(this->status(request)); });
  service_.on<brick_operation::TranslatorInfo>(
      [this](RpcCaller, brick_operation::TranslatorInfo request) { return statistics(std::move(request)); });
  rpc_.add(service_);
  rpc_.add_dump();
}

BrickControl::~BrickControl() { tasks_.cancel(); }

Result<Done> BrickControl::listen(const std::string& socket_path) {
  Result<std::unique_ptr<Listener>> listener =
      world_.network().listen(Address::unix_socket(socket_path), StreamOptions{}, 128);
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::make_unique<RpcListener>(world_, std::move(*listener), rpc_);
  return done;
}

Result<BrickOperationReply> BrickControl::terminate(const brick_operation::Terminate& request) {
  if (!request.name.empty() && request.name != brick_) {
    return failed(ENOENT, fmt::format("this process serves {}, not {}", brick_, request.name));
  }
  log::info("glusterfsd", "told to end");
  terminate_();
  return BrickOperationReply{};
}

Result<BrickOperationReply> BrickControl::status(const brick_operation::Status& request) const {
  BrickOperationReply reply;
  Dictionary& told = reply.output.dictionary;
  switch (request.input.dictionary.number("cmd").value_or(0) & status_command::mask) {
    case status_command::memory: told = memory_status(); break;
    case status_command::clients:
    case status_command::client_list: told = holdings_.clients(); break;
    case status_command::inodes: told = holdings_.inodes(); break;
    case status_command::descriptors: told = holdings_.descriptors(); break;
    case status_command::calls: told = holdings_.calls(); break;
    default: return failed(EINVAL, "Unknown status op");
  }
  return reply;
}

Result<IoStats*> BrickControl::find_statistics(const std::string& name) const {
  if (graph_.find(name) == nullptr) return failed(ENOENT, fmt::format("xlator {} is not loaded", name));
  if (auto* named = dynamic_cast<IoStats*>(graph_.find(name))) return named;
  for (const auto& translator : graph_.translators()) {
    if (auto* statistics = dynamic_cast<IoStats*>(translator.get())) return statistics;
  }
  return failed(ENOENT, "xlator-type debug/io-stats is not loaded");
}

Task<BrickOperationReply> BrickControl::statistics(brick_operation::TranslatorInfo request) {
  IoStats* statistics = co_await tried(find_statistics(request.name));
  Dictionary asked = std::move(request.input.dictionary);
  co_await tried(measure_speed(asked));
  BrickOperationReply reply;
  reply.output.dictionary = co_await tried(statistics->tell(std::move(asked)));
  co_return reply;
}

Task<> BrickControl::measure_speed(Dictionary& asked) {
  const std::int64_t table = asked.number("top-op").value_or(0);
  const bool reading = table == static_cast<std::int64_t>(io_stats::Top::read_speed);
  const bool writing = table == static_cast<std::int64_t>(io_stats::Top::write_speed);
  const std::int64_t size = asked.number("blk-size").value_or(0), count = asked.number("blk-cnt").value_or(0);
  if ((!reading && !writing) || size <= 0 || count <= 0) co_return done;
  const SpeedTest test{static_cast<std::uint64_t>(size), static_cast<std::uint64_t>(count), reading};
  const Result<Speed> speed = co_await mortar::measure_speed(world_, brick_, test);
  if (!speed) {
    co_return failed(speed.error().number(),
                     fmt::format("the speed of {} cannot be measured: {}", brick_, speed.error().sentence()));
  }
  asked.set_text("throughput", fmt::format("{:f}", speed->megabytes_a_second));
  asked.set_text("time", fmt::format("{:f}", speed->microseconds));
  co_return done;
}

}  // namespace mortar
