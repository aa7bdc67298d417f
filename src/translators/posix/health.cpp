#include <fcntl.h>

#include "base/log.h"
#include "base/moment_text.h"
#include "translators/posix/chores.h"
#include "translators/posix/reserve.h"

namespace mortar::posix {

namespace {

using namespace std::chrono_literals;

constexpr Duration reserve_interval = 5s;
constexpr Duration grace = 30s;
constexpr int ask_to_end = 15, force_to_end = 9;  // signals

// Blocks.
Result<Done> write_and_read_back(const Brick& brick, const std::string& text) {
  FileSystem& files = brick.files;
  Result<OpenFile> file = files.open(brick.handles->folder(), "health_check", O_CREAT | O_RDWR | O_TRUNC, 0644);
  if (!file) return std::unexpected(file.error());
  Result<std::size_t> written = files.write(file->number(), as_bytes(text), 0);
  if (!written) return std::unexpected(written.error());
  std::string back(text.size(), '\0');
  Result<std::size_t> read = files.read(file->number(), std::as_writable_bytes(std::span(back)), 0);
  if (!read) return std::unexpected(read.error());
  return *written == text.size() && back == text ? Result<Done>(done) : failed(EIO);
}

Task<> check_health(std::shared_ptr<Core> core) {
  Result<Done> checked = co_await tried(core->world.off_loop(
      [brick = core->brick, text = text_of(core->world.wall_clock())] { return write_and_read_back(*brick, text); }));
  co_return checked;
}

Task<> end_process(World& world, std::string name) {
  co_await world.sleep(grace);
  const int self = world.processes().own_pid();
  log::error(name, "the health check failed: ending the process");
  (void)world.processes().signal(self, ask_to_end);
  co_await world.sleep(grace);
  (void)world.processes().signal(self, force_to_end);
  co_return done;
}

}  // namespace

Task<> look_at_reserve(std::shared_ptr<Core> core) {
  using Answer = Result<FileSystemStatus>;
  Answer status = co_await tried(
      core->world.off_loop([brick = core->brick] { return Answer(brick->files.file_system_status(brick->root())); }));
  if (!status) co_return done;  // the next look may tell; health is watched elsewhere
  const bool full = reserve_is_reached(*status, *core->options);
  if (full != core->full) {
    log::warning("posix", "{}: {}", core->brick->directory,
                 full ? "only the reserved space is left" : "there is space beyond the reserve again");
  }
  core->full = full;
  co_return done;
}

Task<> watch_reserve(std::shared_ptr<Core> core) {
  while (true) {
    co_await core->world.sleep(reserve_interval);
    co_await look_at_reserve(core);
  }
}

Task<> watch_health(std::shared_ptr<Core> core, std::string name,
                    std::function<void(const Error& problem)> on_failure) {
  while (true) {
    const std::chrono::seconds interval = core->options->health_check_interval;
    co_await core->world.sleep(interval == 0s ? std::chrono::seconds(30) : interval);
    if (core->options->health_check_interval == 0s) continue;
    const std::chrono::seconds limit = core->options->health_check_timeout;
    Task<> check = check_health(core);
    if (limit > 0s) check = with_deadline(core->world, limit, check_health(core));
    Result<Done> healthy = co_await std::move(check);
    if (healthy) continue;
    log::error(name, "health check of {} failed: {}; the brick is going down", core->brick->directory,
               healthy.error().sentence());
    on_failure(healthy.error());
    co_await end_process(core->world, name);
    co_return done;
  }
}

}  // namespace mortar::posix
