#include "management/brick_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

// SIGTERM and SIGKILL of Linux.
constexpr int terminate_signal = 15;
constexpr int kill_signal = 9;
constexpr auto start_limit = 120s;
constexpr auto request_limit = 10s;
constexpr auto end_limit = 15s;

template <class Number>
bool parse(std::string_view text, Number& value) {
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
}

std::string_view word_after(const std::vector<std::string>& words, std::string_view flag) {
  auto found = std::ranges::find(words, flag);
  if (found == words.end() || ++found == words.end()) return {};
  return *found;
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

// Its folder, and no trace of a former process.
Result<Done> clear_the_way(World& world, const Places& places, const Volume& volume, const Brick& brick) {
  const std::string pid_file = places.brick_pid_file(volume, brick);
  const std::string log = places.brick_log(brick);
  for (const std::string& path : {pid_file, log}) {
    if (Result<Done> made = world.files().make_directories(path.substr(0, path.rfind('/'))); !made) return made;
  }
  for (const std::string& path : {pid_file, places.brick_socket(volume, brick)}) {
    if (Result<Done> removed = world.files().remove_tree(path); !removed) return removed;
  }
  return done;
}

Task<> wait_for_end(World& world, int pid) {
  co_await tried(world.processes().ended(pid));
  co_return done;
}

// Whether it is gone within the limit.
Task<bool> is_gone(World& world, int pid) {
  Result<Done> ended = co_await with_deadline(world, end_limit, wait_for_end(world, pid));
  co_return ended.has_value() || !world.processes().signal(pid, 0).has_value();
}

}  // namespace

Command brick_command(const Places& places, const Volume& volume, const Brick& brick, std::uint16_t port) {
  const std::string port_text = fmt::to_string(port);
  return Command{.arguments = {places.settings().brick_program,
                               "-s",
                               brick.host,
                               "--volfile-id",
                               brick_volfile_id(volume, brick),
                               "-p",
                               places.brick_pid_file(volume, brick),
                               "-S",
                               places.brick_socket(volume, brick),
                               "--brick-name",
                               brick.path,
                               "-l",
                               places.brick_log(brick),
                               "--xlator-option",
                               "*-posix.glusterd-uuid=" + brick.server.text(),
                               "--process-name",
                               "brick",
                               "--brick-port",
                               port_text,
                               "--xlator-option",
                               fmt::format("{}-server.listen-port={}", volume.name, port_text)},
                 .detached = true};
}

std::optional<RunningBrick> find_running_brick(World& world, const Places& places, const Volume& volume,
                                               const Brick& brick) {
  Result<std::string> text = world.files().read_file(places.brick_pid_file(volume, brick));
  RunningBrick running;
  if (!text || !parse(*text, running.pid) || running.pid <= 1) return std::nullopt;
  const std::vector<std::string> words = world.processes().command_line(running.pid);
  if (words.empty() || !words.front().ends_with("glusterfsd")) return std::nullopt;
  const bool is_this = word_after(words, "--brick-name") == brick.path &&
                       word_after(words, "--volfile-id") == brick_volfile_id(volume, brick) &&
                       word_after(words, "-S") == places.brick_socket(volume, brick);
  if (!is_this || !parse(word_after(words, "--brick-port"), running.port)) return std::nullopt;
  return running;
}

Task<RunningBrick> start_brick(World& world, const Places& places, Volume volume, Brick brick, std::uint16_t port) {
  co_await tried(clear_the_way(world, places, volume, brick));
  Command command = brick_command(places, volume, brick, port);
  Finished finished = co_await tried(with_deadline(world, start_limit, world.processes().run(std::move(command))));
  if (finished.exit.status != 0 || finished.exit.signal != 0) {
    const std::string how = finished.exit.signal != 0 ? fmt::format("was killed by signal {}", finished.exit.signal)
                                                      : fmt::format("ended with status {}", finished.exit.status);
    co_return failed(EIO, fmt::format("Brick {} did not start: its process {}. {} See {}.", brick.text(), how,
                                      last_line(finished.output), places.brick_log(brick)));
  }
  std::optional<RunningBrick> running = find_running_brick(world, places, volume, brick);
  if (!running) {
    co_return failed(EIO, fmt::format("Brick {} did not start: there is no process of the pid in {}. See {}.",
                                      brick.text(), places.brick_pid_file(volume, brick), places.brick_log(brick)));
  }
  co_return *running;
}

Task<> end_brick(World& world, const Places& places, Volume volume, Brick brick, int pid) {
  brick_operation::Terminate request;
  request.name = brick.path;
  Task<BrickOperationReply> asking = ask_brick(world, places.brick_socket(volume, brick), std::move(request));
  Result<BrickOperationReply> asked = co_await with_deadline(world, request_limit, std::move(asking));
  // A brick may end before it answers; whether it ended is what counts.
  bool gone = false;
  if (asked || asked.error().number() == ENOTCONN) {
    gone = co_await tried(is_gone(world, pid));
  }
  for (int number : {terminate_signal, kill_signal}) {
    if (gone) break;
    Result<Done> sent = world.processes().signal(pid, number);
    if (!sent && sent.error().number() != ESRCH) co_return sent;
    gone = co_await tried(is_gone(world, pid));
  }
  if (!gone) co_return failed(EBUSY, fmt::format("The process {} of brick {} does not end.", pid, brick.text()));
  co_await tried(world.files().remove_tree(places.brick_pid_file(volume, brick)));
  co_await tried(world.files().remove_tree(places.brick_socket(volume, brick)));
  co_return done;
}

std::uint16_t free_brick_port(World& world, const Settings& settings, std::uint16_t wanted) {
  const std::uint32_t count = settings.last_brick_port - settings.first_brick_port + 1u;
  for (std::uint32_t attempt = 0; attempt < 2 * count; ++attempt) {
    std::uint16_t port = wanted;
    if (attempt != 0 || wanted < settings.first_brick_port || wanted > settings.last_brick_port) {
      port = static_cast<std::uint16_t>(settings.first_brick_port + world.random_number() % count);
    }
    if (world.network().listen(Address::tcp(settings.bind_address, port), StreamOptions{}, 1)) return port;
  }
  return 0;
}

}  // namespace mortar
