// Starting and stopping the brick, and what it does without being asked.
#include <fmt/format.h>

#include "base/log.h"
#include "translators/posix/chores.h"
#include "translators/posix/posix.h"

namespace mortar::posix {

Result<std::unique_ptr<Translator>> Posix::make(World& world, const VolumeSection& section) {
  Result<PosixOptions> options = read_options<PosixOptions>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<Posix>(world, section.name, std::move(*options));
}

Posix::Posix(World& world, std::string name, PosixOptions options)
    : Refuse(std::move(name)),
      world_(world),
      core_(std::make_shared<Core>(world, std::make_shared<const PosixOptions>(std::move(options)), this)),
      batch_(world),
      many_(world) {}

Task<> Posix::start() {
  std::shared_ptr<const PosixOptions> options = core_->options;
  std::string host_name = world_.network().host_name();
  using Opened = Result<std::shared_ptr<const Brick>>;
  Opened brick = co_await tried(world_.off_loop(
      [&files = world_.files(), options, host_name] { return Opened(Brick::open(files, *options, host_name)); }));
  if (!brick) {
    log::error(name(), "{}", brick.error().sentence());
    co_return brick.error();
  }
  core_->brick = std::move(*brick);
  Done looked = co_await tried(look_at_reserve(core_));
  chores_.start(watch_reserve(core_));
  chores_.start(empty_landfill(core_));
  chores_.start(watch_health(core_, name(), [this](const Error& problem) { tell_of_bad_health(problem); }));
  raise(notice::ChildUp{});
  co_return looked;
}

void Posix::tell_of_bad_health(const Error& problem) {
  const std::string& directory = core_->brick->directory;
  raise(notice::Happened{events::PosixHealthCheckFailed::with("write and read", directory + "/.glusterfs/health_check",
                                                              problem.sentence(),
                                                              world_.network().host_name() + ":" + directory)});
  raise(notice::ChildDown{});
}

Task<> Posix::stop() {
  chores_.cancel();
  co_await core_->gate.close();
  co_await core_->flights.finished();
  co_return done;
}

Result<Done> Posix::reconfigure(const VolumeSection& section) {
  Result<PosixOptions> options = read_options<PosixOptions>(section);
  if (!options) return std::unexpected(options.error());
  if (options->directory != core_->options->directory || options->volume_id != core_->options->volume_id) {
    return failed(ENOTSUP);
  }
  core_->options = std::make_shared<const PosixOptions>(std::move(*options));
  return done;
}

void Posix::dump_state(std::string& out) const {
  out +=
      fmt::format("base_path={}\nbase_path_length={}\n", core_->options->directory, core_->options->directory.size());
  out += fmt::format("known_inodes={}\nreserve_reached={}\n", core_->table.size(), core_->full);
}

}  // namespace mortar::posix
