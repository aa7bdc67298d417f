#include "management/rebalancer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "management/brick_process.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

// SIGKILL of Linux.
constexpr int kill_signal = 9;
constexpr auto start_limit = 120s;
constexpr auto request_limit = 10s;
// A directory in hand is put in order first.
constexpr auto end_limit = 15s;

// "rebalance-command".
constexpr std::int64_t stop_command = 2, status_command = 3, fix_layout_command = 4;

Task<> wait_for_end(World& world, int pid) {
  co_await tried(world.processes().ended(pid));
  co_return done;
}

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

std::optional<int> Rebalancer::find(const Volume& volume) {
  const Result<std::string> text = world_.files().read_file(places_.rebalance_pid_file(volume, server_));
  int pid = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), pid).ec != std::errc() || pid <= 1) {
    return std::nullopt;
  }
  const std::vector<std::string> words = world_.processes().command_line(pid);
  const bool is_it = std::ranges::find(words, places_.rebalance_socket(volume)) != words.end();
  return is_it ? std::optional(pid) : std::nullopt;
}

Task<> Rebalancer::start(Volume volume) {
  const Gfid rebalance = volume.rebalance->id;
  std::optional<int> pid = find(volume);
  if (!pid) {
    const std::string pid_file = places_.rebalance_pid_file(volume, server_);
    co_await tried(world_.files().make_directories(pid_file.substr(0, pid_file.rfind('/'))));
    for (const std::string& path : {pid_file, places_.rebalance_socket(volume)}) {
      co_await tried(world_.files().remove_tree(path));
    }
    Task<Finished> running = world_.processes().run(rebalance_command(places_, volume, server_));
    const Finished finished = co_await tried(with_deadline(world_, start_limit, std::move(running)));
    pid = find(volume);
    if (finished.exit.status != 0 || !pid) {
      co_return failed(EIO, fmt::format("The rebalance process of {} did not start. See {}.", volume.name,
                                        places_.rebalance_log(volume)));
    }
    log::info("management", "the rebalance process of {} was started (pid {})", volume.name, *pid);
  }
  TaskSet& watching = watching_[volume.name];
  watching.cancel();
  watching.start(watch(volume.name, rebalance, *pid));
  co_return done;
}

Task<> Rebalancer::watch(std::string volume, Gfid rebalance, int pid) {
  co_await world_.processes().ended(pid);
  log::info("management", "the rebalance process of {} has ended (pid {})", volume, pid);
  co_await ended_(std::move(volume), rebalance);
  co_return done;
}

Task<> Rebalancer::stop(Volume volume) {
  const std::optional<int> pid = find(volume);
  if (!pid) co_return done;
  co_await tell(world_, places_.rebalance_socket(volume), volume.name, stop_command);
  const Result<Done> ended = co_await with_deadline(world_, end_limit, wait_for_end(world_, *pid));
  if (ended) co_return done;
  log::warning("management", "the rebalance process of {} does not end and is killed (pid {})", volume.name, *pid);
  const Result<Done> killed = world_.processes().signal(*pid, kill_signal);
  if (!killed && killed.error().number() != ESRCH) co_return killed;
  co_return done;
}

Task<RebalancePart> Rebalancer::ask(Volume volume) {
  if (!find(volume)) co_return failed(ENOTCONN);
  RebalancePart part = co_await tried(tell(world_, places_.rebalance_socket(volume), volume.name, status_command));
  part.server = server_;
  co_return part;
}

}  // namespace mortar
