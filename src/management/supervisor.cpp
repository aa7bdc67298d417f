#include "management/supervisor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "management/brick_directory.h"
#include "runtime/damage.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr int most_ports_tried = 3;
constexpr auto first_pause = 1s;
constexpr auto longest_pause = 60s;
constexpr auto between_looks_for_directory = 1s;
// Who ran this long is not in a loop of crashes.
constexpr auto settled_after = 60s;
constexpr auto sign_in_limit = 10s;
constexpr auto sign_in_step = 20ms;

}  // namespace

struct Supervisor::Keeper {
  Volume volume;
  Brick brick;
  bool wanted = false;
  bool told_to_end = false;
  bool has_directory = true;
  std::string trouble;  // why it does not run
  std::optional<RunningBrick> running;
  std::uint16_t last_port = 0;
  Instant started;
  std::chrono::seconds pause = first_pause;
  Mutex changing;
  // The last: they are cancelled before the rest goes.
  TaskSet watching;
  TaskSet coming_back;
};

Supervisor::Supervisor(World& world, const Places& places, Store& store, PortMap& ports, Announcer& announcer,
                       const Gfid& server)
    : world_(world), places_(places), store_(store), ports_(ports), announcer_(announcer), server_(server) {}

Supervisor::~Supervisor() = default;

template <class Kind>
void Supervisor::tell(const Keeper& keeper) {
  announcer_.raise(Kind::with(keeper.brick.host, keeper.volume.name, keeper.brick.path));
}

std::string Supervisor::name_of(const Volume& volume, const Brick& brick) {
  return fmt::format("{}/{}", volume.name, brick.text());
}

Supervisor::Keeper& Supervisor::keeper(const Volume& volume, const Brick& brick) {
  std::unique_ptr<Keeper>& keeper = keepers_[name_of(volume, brick)];
  if (keeper == nullptr) {
    keeper = std::make_unique<Keeper>();
    keeper->brick = brick;
    keeper->last_port = store_.last_port(volume, brick);
  }
  keeper->volume = volume;
  return *keeper;
}

Task<> Supervisor::start(Volume volume, bool forced) {
  Result<Done> outcome = done;
  for (const Brick& brick : volume.bricks) {
    if (brick.server != server_) continue;
    Result<Done> started = co_await start_one(keeper(volume, brick), forced);
    if (!started && outcome) outcome = started;
  }
  co_return outcome;
}

Task<> Supervisor::stop(Volume volume) {
  Result<Done> outcome = done;
  for (const Brick& brick : volume.bricks) {
    if (brick.server != server_) continue;
    Result<Done> stopped = co_await stop_one(keeper(volume, brick));
    if (!stopped && outcome) outcome = stopped;
  }
  co_return outcome;
}

void Supervisor::update(const Volume& volume) {
  for (const Brick& brick : volume.bricks) {
    if (brick.server == server_) keeper(volume, brick);
  }
}

std::optional<RunningBrick> Supervisor::running(const Volume& volume, const Brick& brick) const {
  auto found = keepers_.find(name_of(volume, brick));
  return found == keepers_.end() ? std::nullopt : found->second->running;
}

std::string Supervisor::trouble(const Volume& volume, const Brick& brick) const {
  const auto found = keepers_.find(name_of(volume, brick));
  if (found == keepers_.end() || found->second->running) return {};
  if (found->second->told_to_end) {
    return fmt::format("it was told to end; `gluster volume start {} force` starts it again", volume.name);
  }
  return found->second->trouble;
}

std::uint16_t Supervisor::port(const Volume& volume, const Brick& brick) const {
  auto found = keepers_.find(name_of(volume, brick));
  return found == keepers_.end() ? store_.last_port(volume, brick) : found->second->last_port;
}

void Supervisor::signed_out(std::string_view brick_path) {
  for (auto& [name, keeper] : keepers_) {
    if (keeper->brick.path == brick_path) keeper->told_to_end = true;
  }
}

Task<> Supervisor::start_one(Keeper& keeper, bool forced) {
  SharedMutex::Guard guard = co_await tried(keeper.changing.lock());
  keeper.wanted = true;
  keeper.pause = first_pause;
  keeper.coming_back.cancel();
  if (keeper.running || (keeper.told_to_end && !forced)) co_return done;
  Result<Done> up = co_await bring_up(keeper);
  if (!up) {
    tell<events::BrickStartFailed>(keeper);
    keeper.coming_back.start(bring_back(keeper));
    co_return up;
  }
  co_await wait_for_sign_in(keeper.brick.path);
  co_return done;
}

Task<> Supervisor::stop_one(Keeper& keeper) {
  SharedMutex::Guard guard = co_await tried(keeper.changing.lock());
  keeper.wanted = false;
  keeper.told_to_end = false;
  keeper.coming_back.cancel();
  if (!keeper.running) keeper.running = find_running_brick(world_, places_, keeper.volume, keeper.brick);
  if (!keeper.running) co_return done;
  const int pid = keeper.running->pid;
  const Result<Done> ended = co_await end_brick(world_, places_, keeper.volume, keeper.brick, pid);
  if (!ended) {
    tell<events::BrickStopFailed>(keeper);
    co_return ended;
  }
  keeper.running.reset();
  keeper.told_to_end = false;
  ports_.set_known(keeper.brick.path, 0);
  log::info("management", "brick {} has ended (pid {})", keeper.brick.text(), pid);
  co_return done;
}

// Finds the process or starts one.
Task<> Supervisor::bring_up(Keeper& keeper) {
  keeper.told_to_end = false;
  if (auto found = find_running_brick(world_, places_, keeper.volume, keeper.brick)) {
    log::info("management", "brick {} runs already (pid {}, port {})", keeper.brick.text(), found->pid, found->port);
    runs(keeper, *found);
    co_return done;
  }
  co_await tried(check_directory(keeper));
  Error last(EADDRNOTAVAIL, "There is no free port for a brick.");
  for (int attempt = 0; attempt < most_ports_tried; ++attempt) {
    // Between looking for a free port and listening there somebody else may take it: then another one.
    const std::uint16_t port = free_brick_port(world_, places_.settings(), attempt == 0 ? keeper.last_port : 0);
    if (port == 0) break;
    Result<RunningBrick> started = co_await start_brick(world_, places_, keeper.volume, keeper.brick, port);
    if (started) {
      log::info("management", "brick {} was started (pid {}, port {})", keeper.brick.text(), started->pid, port);
      runs(keeper, *started);
      co_return done;
    }
    last = started.error();
    if (last.number() != EADDRINUSE) break;
  }
  does_not_run(keeper, last.sentence());
  co_return last;
}

Task<> Supervisor::check_directory(Keeper& keeper) {
  const Result<Result<Done>> checked =
      co_await world_.off_loop([&files = world_.files(), brick = keeper.brick, volume = keeper.volume] {
        return check_brick_directory(files, brick, volume, false);
      });
  co_await tried(checked);
  keeper.has_directory = checked->has_value();
  if (keeper.has_directory) co_return done;
  const Error& error = checked->error();
  const std::string advice = advice_on(error);
  does_not_run(keeper, fmt::format("{}{}", error.sentence(),
                                   advice.empty() ? ". If its disk is not mounted yet: it is started as soon as it is"
                                                  : advice));
  co_return checked->error();
}

void Supervisor::does_not_run(Keeper& keeper, std::string reason) {
  if (keeper.trouble != reason) log::error("management", "brick {} is offline: {}", keeper.brick.text(), reason);
  keeper.trouble = std::move(reason);
}

void Supervisor::runs(Keeper& keeper, RunningBrick running) {
  keeper.running = running;
  keeper.trouble.clear();
  keeper.last_port = running.port;
  keeper.started = world_.now();
  ports_.set_known(keeper.brick.path, running.port);
  keeper.watching.start(watch(keeper, running.pid));
  tell<events::BrickConnected>(keeper);
}

Task<> Supervisor::watch(Keeper& keeper, int pid) {
  co_await world_.processes().ended(pid);
  if (!keeper.running || keeper.running->pid != pid) co_return done;
  keeper.running.reset();
  ports_.set_known(keeper.brick.path, 0);
  const std::string pid_file = places_.brick_pid_file(keeper.volume, keeper.brick);
  if (!world_.files().status(FileSystem::no_directory, pid_file)) keeper.told_to_end = true;
  if (!keeper.wanted) co_return done;
  tell<events::BrickDisconnected>(keeper);
  if (keeper.told_to_end) {
    log::warning("management", "brick {} (pid {}) was told to end; `volume start {} force` starts it again",
                 keeper.brick.text(), pid, keeper.volume.name);
    co_return done;
  }
  does_not_run(keeper, fmt::format("its process (pid {}) ended without being told to; see {}", pid,
                                   places_.brick_log(keeper.brick)));
  if (world_.now() - keeper.started > settled_after) keeper.pause = first_pause;
  keeper.coming_back.start(bring_back(keeper));
  co_return done;
}

Task<> Supervisor::bring_back(Keeper& keeper) {
  for (;;) {
    if (!keeper.volume.options.is_on("cluster.brick-restart", true)) co_return done;
    co_await tried(world_.sleep(keeper.has_directory ? keeper.pause : between_looks_for_directory));
    if (keeper.has_directory) keeper.pause = std::min<std::chrono::seconds>(2 * keeper.pause, longest_pause);
    SharedMutex::Guard guard = co_await tried(keeper.changing.lock());
    if (!keeper.wanted || keeper.running || keeper.told_to_end) co_return done;
    Result<Done> up = co_await bring_up(keeper);
    if (up) co_return done;
  }
}

// A mount right after the start should find the port; but a brick that does not sign in is no reason to wait forever.
Task<> Supervisor::wait_for_sign_in(std::string brick_path) {
  const Instant limit = world_.now() + sign_in_limit;
  while (!ports_.signed_in(brick_path) && world_.now() < limit) {
    co_await tried(world_.sleep(sign_in_step));
  }
  co_return done;
}

}  // namespace mortar
