// get-state: this server writes what it knows into a file, for scripts.
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/join.h"
#include "base/log.h"
#include "management/brick_questions.h"
#include "management/commands.h"
#include "management/state_report.h"

namespace mortar::commands {

namespace {

using namespace std::chrono_literals;

enum class Wanted : std::int64_t { state = 0, with_clients = 1, volume_options = 2 };

constexpr auto brick_limit = 10s;
constexpr std::int64_t clients_of_brick = 0x2;  // of "cmd"

BrickState state_of(Management& management, const Volume& volume, const Brick& brick) {
  BrickState state;
  state.port = management.supervisor().port(volume, brick);
  state.signed_in = management.ports().signed_in(brick.path);
  state.runs = management.supervisor().running(volume, brick).has_value();
  FileSystem& files = management.world().files();
  Result<OpenFile> opened = files.open(FileSystem::no_directory, brick.path, O_RDONLY | O_DIRECTORY, 0);
  if (!opened) return state;
  if (const Result<FileSystemStatus> space = files.file_system_status(opened->number())) {
    state.bytes_free = space->free * space->fragment_size;
    state.bytes_total = space->blocks * space->fragment_size;
  }
  return state;
}

Task<Dictionary> clients_of(Management& management, const Volume& volume, const Brick& brick) {
  brick_operation::Status request;
  request.name = brick.path;
  request.input.dictionary.set_text("cmd", fmt::to_string(clients_of_brick));
  request.input.dictionary.set_text("brick-name", brick.path);
  request.input.dictionary.set_text("volname", volume.name);
  return ask_about(management, volume, brick, std::move(request), "its clients", brick_limit);
}

// All running bricks are asked at once; of one that does not answer the clients are left out.
Task<> add_clients(Management& management, ServerState& state) {
  const Pool pool = state.pool;
  std::vector<std::string> paths;
  std::vector<Task<Dictionary>> asking;
  for (const Volume& volume : pool.volumes) {
    for (const Brick& brick : volume.bricks) {
      if (brick.server != state.server || !state.bricks.at(brick.path).runs) continue;
      paths.push_back(brick.path);
      asking.push_back(clients_of(management, volume, brick));
    }
  }
  std::vector<Result<Dictionary>> told = co_await tried(all(std::move(asking)));
  for (std::size_t place = 0; place < paths.size(); ++place) {
    if (told[place]) {
      state.bricks.at(paths[place]).clients = std::move(*told[place]);
    } else {
      log::warning("management", "get-state: {}", told[place].error().sentence());
    }
  }
  co_return done;
}

Task<std::string> text_of_state(Management& management, Wanted wanted) {
  if (wanted == Wanted::volume_options) {
    const Pool& pool = management.pool();
    co_return volume_options_text(pool, [&pool](const Volume& volume) { return all_options(pool, &volume); });
  }
  // One state of the pool, whatever happens while bricks are asked.
  const Pool pool = management.pool();
  ServerState state{
      .pool = pool,
      .server = management.server(),
      .first_brick_port = management.places().settings().first_brick_port,
      .is_connected = [&management](const Server& server) { return management.answers(server.id); },
      .wants_healer = [&management](const Volume& volume) { return management.healers().wants(volume); },
      .has_healer = [&management](const Volume& volume) { return management.healers().running(volume).has_value(); }};
  for (const Volume& volume : pool.volumes) {
    for (const Brick& brick : volume.bricks) {
      if (brick.server == state.server) state.bricks[brick.path] = state_of(management, volume, brick);
    }
  }
  if (wanted == Wanted::with_clients) {
    co_await tried(add_clients(management, state));
  }
  co_return state_text(state);
}

}  // namespace

Task<Dictionary> dump_state(Management& management, Dictionary request) {
  FileSystem& files = management.world().files();
  std::string folder(request.text("odir").value_or(management.places().settings().run_directory));
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  const Result<FileStatus> there = files.status(FileSystem::no_directory, folder);
  if (!folder.starts_with('/') || !there || !there->is_directory()) {
    co_return failed(ENOENT, fmt::format("Output directory {} does not exist.", folder));
  }
  std::string name(request.text("filename").value_or(""));
  if (name.empty()) {
    const auto now = static_cast<std::time_t>(management.world().wall_clock().seconds);
    name = fmt::format("glusterd_state_{:%Y%m%d_%H%M%S}", fmt::gmtime(now));
  }
  const std::string path = fmt::format("{}/{}", folder == "/" ? "" : folder, name);
  const auto wanted = static_cast<Wanted>(request.number("getstate-cmd").value_or(0));
  const std::string text = co_await tried(text_of_state(management, wanted));
  const Result<Done> written = files.write_file(path, text, 0644);
  if (!written) co_return failed(written.error().number(), fmt::format("Failed to open file at {}", path));
  Dictionary reply;
  reply.set_text("daemon", "glusterd");
  reply.set_text("ofilepath", path);
  co_return reply;
}

}  // namespace mortar::commands
