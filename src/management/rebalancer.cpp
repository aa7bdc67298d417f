#include "management/rebalancer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "management/brick_process.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr auto request_limit = 10s;

// "rebalance-command".
constexpr std::int64_t stop_command = 2, status_command = 3, fix_layout_command = 4;

Task<RebalancePart> tell(World& world, std::string socket, std::string volume, std::int64_t command) {
  brick_operation::Defragment request;
  request.name = volume + "-dht";
  request.input.dictionary.set_text("rebalance-command", fmt::to_string(command));
  request.input.dictionary.set_text("volname", volume);
  Task<BrickOperationReply> asking = ask_brick(world, std::move(socket), std::move(request));
  const BrickOperationReply reply = co_await tried(with_deadline(world, request_limit, std::move(asking)));
  if (reply.op_ret != 0) co_return failed(EIO, reply.op_errstr);
  co_return rebalance_part_told(reply.output.dictionary);
}

}  // namespace

RebalancePart rebalance_part_told(const Dictionary& told) {
  RebalancePart part;
  const std::int64_t state = told.number("status").value_or(0);
  // Stock's process counts without regard to what kind of walk it is.
  constexpr std::int64_t first_of_layouts = static_cast<std::int64_t>(RebalanceState::running);
  part.state = static_cast<RebalanceState>(
      std::clamp<std::int64_t>(state < first_of_layouts ? state + 4 : state, first_of_layouts, 8));
  part.failures = static_cast<std::uint64_t>(told.number("failures").value_or(0));
  const std::string_view seconds = told.text("run-time").value_or("");
  std::from_chars(seconds.data(), seconds.data() + seconds.size(), part.seconds);
  return part;
}

Command rebalance_command(const Places& places, const Volume& volume, const Gfid& server) {
  Command command{.arguments = {places.settings().client_program, "-s",
                                places.settings().bind_address.empty() ? "localhost" : places.settings().bind_address,
                                "--volfile-id", "rebalance/" + volume.name}};
  for (std::string option :
       {std::string("use-readdirp=no"), std::string("lookup-unhashed=yes"), std::string("assert-no-child-down=yes"),
        std::string("readdir-optimize=on"), fmt::format("rebalance-cmd={}", fix_layout_command),
        fmt::format("node-uuid={}", server.text())}) {
    command.arguments.insert(command.arguments.end(), {"--xlator-option", "*dht." + option});
  }
  command.arguments.insert(
      command.arguments.end(),
      {"--process-name", "rebalance", "--socket-file", places.rebalance_socket(volume), "--pid-file",
       places.rebalance_pid_file(volume, server), "-l", places.rebalance_log(volume)});
  return command;
}

Rebalancer::Rebalancer(World& world, const Places& places, const Gfid& server, Ended ended)
    : world_(world), places_(places), server_(server), ended_(std::move(ended)) {}

Rebalancer::~Rebalancer() = default;

DaemonProcess Rebalancer::process_of(const Volume& volume) const {
  return {.name = fmt::format("rebalance process of {}", volume.name),
          .command = rebalance_command(places_, volume, server_),
          .pid_file = places_.rebalance_pid_file(volume, server_),
          .socket = places_.rebalance_socket(volume),
          .log = places_.rebalance_log(volume)};
}

Task<> Rebalancer::start(Volume volume) {
  const Gfid rebalance = volume.rebalance->id;
  const int pid = co_await tried(start_daemon(world_, process_of(volume)));
  TaskSet& watching = watching_[volume.name];
  watching.cancel();
  watching.start(watch(volume.name, rebalance, pid));
  co_return done;
}

Task<> Rebalancer::watch(std::string volume, Gfid rebalance, int pid) {
  co_await world_.processes().ended(pid);
  log::info("management", "the rebalance process of {} has ended (pid {})", volume, pid);
  co_await ended_(std::move(volume), rebalance);
  co_return done;
}

Task<> Rebalancer::stop(Volume volume) {
  const DaemonProcess process = process_of(volume);
  const std::optional<int> pid = find_daemon(world_, process);
  if (!pid) co_return done;
  co_await tell(world_, process.socket, volume.name, stop_command);
  co_await tried(see_daemon_end(world_, process, *pid));
  co_return done;
}

Task<RebalancePart> Rebalancer::ask(Volume volume) {
  if (!find_daemon(world_, process_of(volume))) co_return failed(ENOTCONN);
  RebalancePart part = co_await tried(tell(world_, places_.rebalance_socket(volume), volume.name, status_command));
  part.server = server_;
  co_return part;
}

}  // namespace mortar
