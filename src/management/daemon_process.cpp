#include "management/daemon_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

// SIGKILL of Linux.
constexpr int kill_signal = 9;
constexpr auto start_limit = 120s;
// What it has in hand is put in order first.
constexpr auto end_limit = 15s;

Task<> wait_for_end(World& world, int pid) {
  co_await tried(world.processes().ended(pid));
  co_return done;
}

}  // namespace

std::optional<int> find_daemon(World& world, const DaemonProcess& daemon) {
  const Result<std::string> text = world.files().read_file(daemon.pid_file);
  int pid = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), pid).ec != std::errc() || pid <= 1) {
    return std::nullopt;
  }
  const std::vector<std::string> words = world.processes().command_line(pid);
  const bool is_it = std::ranges::find(words, daemon.socket) != words.end();
  return is_it ? std::optional(pid) : std::nullopt;
}

Task<int> start_daemon(World& world, DaemonProcess daemon) {
  if (const std::optional<int> running = find_daemon(world, daemon)) co_return *running;
  co_await tried(world.files().make_directories(daemon.pid_file.substr(0, daemon.pid_file.rfind('/'))));
  for (const std::string& path : {daemon.pid_file, daemon.socket}) {
    co_await tried(world.files().remove_tree(path));
  }
  Task<Finished> running = world.processes().run(daemon.command);
  const Finished finished = co_await tried(with_deadline(world, start_limit, std::move(running)));
  const std::optional<int> pid = find_daemon(world, daemon);
  if (finished.exit.status != 0 || !pid) {
    co_return failed(EIO, fmt::format("The {} did not start. See {}.", daemon.name, daemon.log));
  }
  log::info("management", "the {} was started (pid {})", daemon.name, *pid);
  co_return *pid;
}

Task<> see_daemon_end(World& world, DaemonProcess daemon, int pid) {
  const Result<Done> ended = co_await with_deadline(world, end_limit, wait_for_end(world, pid));
  if (ended) co_return done;
  log::warning("management", "the {} does not end and is killed (pid {})", daemon.name, pid);
  const Result<Done> killed = world.processes().signal(pid, kill_signal);
  if (!killed && killed.error().number() != ESRCH) co_return killed;
  co_return done;
}

}  // namespace mortar
