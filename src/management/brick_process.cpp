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

// A brick's program, ours or stock's.
bool serves(const std::vector<std::string>& words, const Brick& brick) {
  if (words.empty()) return false;
  const std::string_view program = words.front();
  return (program.ends_with("glusterfsd") || program.ends_with("glusterfs")) &&
         word_after(words, "--brick-name") == brick.path;
}

// Of its pid file; 0 where there is none that could be.
int noted_pid(World& world, const Places& places, const Volume& volume, const Brick& brick) {
  Result<std::string> text = world.files().read_file(places.brick_pid_file(volume, brick));
  int pid = 0;
  return text && parse(*text, pid) && pid > 1 ? pid : 0;
}

// Two processes on one brick would undo each other's work, whoever started the other one.
Result<Done> check_unserved(World& world, const Places& places, const Volume& volume, const Brick& brick) {
  const int pid = noted_pid(world, places, volume, brick);
  if (pid == 0 || !serves(world.processes().command_line(pid), brick)) return done;
  return failed(EBUSY, fmt::format("Brick {} is served by process {}, which this glusterd did not start: end it with "
                                   "`kill {}`, then start the volume again.",
                                   brick.text(), pid, pid));
}

// What glusterfsd wrote last, without its name in front and the stop behind.
std::string_view last_words(std::string_view output) {
  while (output.ends_with('\n') || output.ends_with('.')) output.remove_suffix(1);
  std::string_view line = output.substr(output.rfind('\n') + 1);
  constexpr std::string_view name = "glusterfsd: ";
  if (line.starts_with(name)) line.remove_prefix(name.size());
  return line;
}

std::string reason_of(const Finished& finished) {
  // The process that was started waits for the one in the background and tells of its death by a signal like a shell.
  constexpr int by_signal = 128;
  if (const std::string_view words = last_words(finished.output); !words.empty()) return std::string(words);
  const Exit& exit = finished.exit;
  const int signal = exit.status > by_signal ? exit.status - by_signal : exit.signal;
  if (signal != 0) return fmt::format("its process was killed by signal {}", signal);
  return fmt::format("its process ended with status {}", exit.status);
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
                               fmt::format("{}-server.listen-port={}", volume.name, port_text)}};
}

std::optional<RunningBrick> find_running_brick(World& world, const Places& places, const Volume& volume,
                                               const Brick& brick) {
  RunningBrick running{.pid = noted_pid(world, places, volume, brick)};
  if (running.pid == 0) return std::nullopt;
  const std::vector<std::string> words = world.processes().command_line(running.pid);
  const bool is_this = serves(words, brick) && word_after(words, "--volfile-id") == brick_volfile_id(volume, brick) &&
                       word_after(words, "-S") == places.brick_socket(volume, brick);
  if (!is_this || !parse(word_after(words, "--brick-port"), running.port)) return std::nullopt;
  return running;
}

Task<RunningBrick> start_brick(World& world, const Places& places, Volume volume, Brick brick, std::uint16_t port) {
  co_await tried(check_unserved(world, places, volume, brick));
  co_await tried(clear_the_way(world, places, volume, brick));
  auto did_not_start = [&](int number, std::string_view reason) {
    return failed(number,
                  fmt::format("Brick {} did not start: {}. See {}.", brick.text(), reason, places.brick_log(brick)));
  };
  Command command = brick_command(places, volume, brick, port);
  Result<Finished> finished = co_await with_deadline(world, start_limit, world.processes().run(std::move(command)));
  if (!finished) {
    // What hangs in the background must not come to life beside the next one.
    if (const int pid = noted_pid(world, places, volume, brick); serves(world.processes().command_line(pid), brick)) {
      Result<Done> killed = world.processes().signal(pid, kill_signal);
      if (!killed) log::warning("management", "process {} cannot be ended: {}", pid, killed.error().sentence());
    }
    const bool hangs = finished.error().number() == ETIMEDOUT;
    co_return did_not_start(
        finished.error().number(),
        hangs ? fmt::format("it does not serve after {} s", start_limit.count()) : finished.error().sentence());
  }
  if (finished->exit.status != 0 || finished->exit.signal != 0) {
    const int number = finished->exit.status == EADDRINUSE ? EADDRINUSE : EIO;
    co_return did_not_start(number, reason_of(*finished));
  }
  std::optional<RunningBrick> running = find_running_brick(world, places, volume, brick);
  if (!running) {
    co_return did_not_start(EIO,
                            fmt::format("there is no process of the pid in {}", places.brick_pid_file(volume, brick)));
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
