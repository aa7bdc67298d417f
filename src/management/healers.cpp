#include "management/healers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "management/brick_process_templates.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr int terminate_signal = 15;  // of Linux
constexpr auto first_pause = 1s;
constexpr auto longest_pause = 60s;
// Who ran this long is not in a loop of crashes.
constexpr auto settled_after = 60s;
constexpr Duration start_patience = 3s;
// To count what waits to be healed it reads an index.
constexpr auto request_limit = 120s;

}  // namespace

struct Healers::Keeper {
  Volume volume;
  int pid = 0;  // 0: it does not run
  Event started;
  TaskSet keeping;  // the last: it is cancelled before the rest goes
};

Command healer_command(const Places& places, const Volume& volume, const Gfid& server, const std::string& log_level) {
  Command command{.arguments = {places.settings().client_program, "-s",
                        places.settings().bind_address.empty() ? "localhost" : places.settings().bind_address,
                        "--volfile-id", "shd/" + volume.name, "-p", places.healer_pid_file(volume), "-l",
                        places.healer_log(), "-S", places.healer_socket(volume, server), "--xlator-option",
                        fmt::format("*replicate*.node-uuid={}", server.text()), "--process-name", "glustershd",
                        "--client-pid=-6"}};
  if (!log_level.empty()) command.arguments.insert(command.arguments.end(), {"--log-level", log_level});
  return command;
}

bool is_healed(const Volume& volume) {
  return volume.has_copies() && volume.status == VolumeState::started &&
         volume.options.is_on("cluster.self-heal-daemon", true);
}

Healers::Healers(World& world, const Places& places, const Gfid& server)
    : world_(world), places_(places), server_(server) {}

Healers::~Healers() = default;

DaemonProcess Healers::process_of(const Volume& volume) const {
  return {.name = fmt::format("self-heal daemon of {}", volume.name),
          .command = healer_command(places_, volume, server_, log_level_),
          .pid_file = places_.healer_pid_file(volume),
          .socket = places_.healer_socket(volume, server_),
          .log = places_.healer_log()};
}

bool Healers::wants(const Volume& volume) const {
  return is_healed(volume) && std::ranges::find(volume.bricks, server_, &Brick::server) != volume.bricks.end();
}

Task<> Healers::follow(Volume volume, std::string log_level) {
  log_level_ = std::move(log_level);
  if (!wants(volume)) {
    co_await tried(end(std::move(volume)));
    co_return done;
  }
  std::unique_ptr<Keeper>& place = keepers_[volume.name];
  if (place != nullptr) co_return done;
  place = std::make_unique<Keeper>();
  Keeper& keeper = *place;
  keeper.volume = std::move(volume);
  keeper.keeping.start(keep(keeper));
  co_await with_deadline(world_, start_patience, keeper.started.wait());
  co_return done;
}

Task<> Healers::end(Volume volume) {
  keepers_.erase(volume.name);
  const DaemonProcess process = process_of(volume);
  const std::optional<int> pid = find_daemon(world_, process);
  if (!pid) co_return done;
  const Result<Done> sent = world_.processes().signal(*pid, terminate_signal);
  if (!sent && sent.error().number() != ESRCH) co_return sent;
  co_await tried(see_daemon_end(world_, process, *pid));
  log::info("management", "the {} has ended (pid {})", process.name, *pid);
  for (const std::string& path : {process.pid_file, process.socket}) {
    co_await tried(world_.files().remove_tree(path));
  }
  co_return done;
}

Task<> Healers::keep(Keeper& keeper) {
  std::chrono::seconds pause = first_pause;
  for (;;) {
    const DaemonProcess process = process_of(keeper.volume);
    const Instant began = world_.now();
    const Result<int> pid = co_await start_daemon(world_, process);
    if (pid) {
      keeper.pid = *pid;
      keeper.started.set();
      co_await world_.processes().ended(*pid);
      keeper.pid = 0;
      log::error("management", "the {} (pid {}) ended without being told to; see {}", process.name, *pid, process.log);
    } else {
      log::error("management", "{}", pid.error().sentence());
    }
    if (world_.now() - began > settled_after) pause = first_pause;
    co_await tried(world_.sleep(pause));
    pause = std::min<std::chrono::seconds>(2 * pause, longest_pause);
  }
}

std::optional<int> Healers::running(const Volume& volume) const {
  const auto found = keepers_.find(volume.name);
  if (found == keepers_.end() || found->second->pid == 0) return std::nullopt;
  return found->second->pid;
}

template <class Request>
Task<Dictionary> Healers::ask(Volume volume, Request request) {
  if (!running(volume)) co_return failed(ENOTCONN, "Self-heal daemon is not running. Check self-heal daemon log file.");
  Task<BrickOperationReply> asking = ask_brick(world_, places_.healer_socket(volume, server_), std::move(request));
  Result<BrickOperationReply> told = co_await with_deadline(world_, request_limit, std::move(asking));
  if (told && told->op_ret != 0) told = failed(told->op_errno != 0 ? told->op_errno : EIO, told->op_errstr);
  if (!told) {
    co_return failed(told.error().number(), fmt::format("The self-heal daemon of {} does not do it: {}. See {}.",
                                                        volume.name, told.error().sentence(), places_.healer_log()));
  }
  co_return std::move(told->output.dictionary);
}

template Task<Dictionary> Healers::ask(Volume, brick_operation::TranslatorOperation);
template Task<Dictionary> Healers::ask(Volume, brick_operation::Status);

}  // namespace mortar
