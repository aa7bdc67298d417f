// volume log rotate: the log of each brick is put aside by its server under a name with the time behind it, and the
// brick goes on in a new one.
#include <fmt/format.h>

#include <algorithm>

#include "management/commands.h"

namespace mortar::commands {

namespace {

constexpr Duration servers_limit = std::chrono::seconds(10);
constexpr int reopen_signal = 1;     // SIGHUP of Linux
constexpr unsigned keep_others = 1;  // RENAME_NOREPLACE

Result<Done> rotate(Management& management, const Volume& volume, const Brick& brick) {
  World& world = management.world();
  const std::string log = management.places().brick_log(brick);
  const std::string aside = fmt::format("{}.{}", log, world.wall_clock().seconds);
  constexpr int here = FileSystem::no_directory;
  Result<Done> moved = world.files().rename(here, log, here, aside, keep_others);
  // A log that was put aside within this second is new enough.
  if (!moved && moved.error().number() != ENOENT && moved.error().number() != EEXIST) {
    return failed(moved.error().number(), fmt::format("{} cannot be put aside: {}", log, moved.error().sentence()));
  }
  const std::optional<RunningBrick> running = management.supervisor().running(volume, brick);
  return running ? world.processes().signal(running->pid, reopen_signal) : Result<Done>(done);
}

}  // namespace

Task<Dictionary> rotate_own_logs(Management& management, Dictionary question) {
  std::string name = co_await tried(required(question, "volname"));
  const Volume* volume = co_await tried(existing_volume(management.pool(), name));
  const std::string only(question.text("brick").value_or(""));
  for (const Brick& brick : volume->bricks) {
    if ((!only.empty() && brick.text() != only) || brick.server != management.server()) continue;
    co_await tried(rotate(management, *volume, brick));
  }
  co_return Dictionary{};
}

Task<Dictionary> rotate_logs(Management& management, Dictionary request) {
  std::string name = co_await tried(required(request, "volname"));
  const Volume* found = co_await tried(existing_volume(management.pool(), name));
  const Volume volume = *found;
  if (volume.status != VolumeState::started) {
    co_return failed(EINVAL, fmt::format("Volume {} needs to be started before log rotate.", name));
  }
  const std::string only(request.text("brick").value_or(""));
  auto is_meant = [&only](const Brick& brick) { return only.empty() || brick.text() == only; };
  if (std::ranges::none_of(volume.bricks, is_meant)) {
    co_return failed(EINVAL, fmt::format("Incorrect brick {} for volume {}", only, name));
  }
  const Gathered gathered =
      co_await tried(management.ask_servers(std::string(subject::log_rotation), std::move(request), servers_limit));
  Dictionary reply;
  reply.set_text("volname", name);
  name_silent(reply, gathered.silent);
  co_return reply;
}

}  // namespace mortar::commands
