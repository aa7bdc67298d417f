#include "management/condition.h"

#include <fmt/format.h>

#include "management/commands.h"

namespace mortar {

namespace {

// As much as the smallest change needs.
constexpr std::size_t probe_size = 16384;

Result<Done> check_writable(FileSystem& files, const std::string& folder) {
  const std::string probe = folder + "/writable";
  const Result<Done> written = files.write_file(probe, std::string(probe_size, '\n'), 0600);
  if (!written) return written;
  return files.unlink(FileSystem::no_directory, probe);
}

std::string advice(const Error& error) {
  switch (error.number()) {
    case ENOSPC:
    case EDQUOT: return "make room there";
    case EROFS: return "see what `dmesg` says of its disk, and mount it writable again";
  }
  return "see what `dmesg` says of its disk";
}

}  // namespace

std::string brick_trouble(Management& management, const Volume& volume, const Brick& brick) {
  if (volume.status != VolumeState::started || brick.server != management.server()) return {};
  if (brick.away) {
    return fmt::format("it was taken away to be reset or replaced; `gluster volume start {} force` brings it back",
                       volume.name);
  }
  const Membership& membership = management.membership();
  if (follows_server_quorum(volume) && !membership.has_server_quorum()) {
    return fmt::format(
        "server quorum is not met: {} of {} servers are seen from here, and {} are needed; it is started "
        "once they are",
        membership.servers_seen(), membership.pool().servers.size(), servers_needed(membership.pool()));
  }
  return management.supervisor().trouble(volume, brick);
}

Task<std::vector<std::string>> troubles_of(Management& management) {
  World& world = management.world();
  const std::string folder = management.places().register_folder();
  const Result<Result<Done>> written =
      co_await world.off_loop([&files = world.files(), folder] { return check_writable(files, folder); });
  std::vector<std::string> troubles;
  if (written && !*written) {
    troubles.push_back(
        fmt::format("{} cannot be written ({}): {}. The pool and the bricks go on; what this server "
                    "misses it makes up for by itself",
                    folder, written->error().sentence(), advice(written->error())));
  }
  for (std::string& trouble : management.membership().troubles()) troubles.push_back(std::move(trouble));
  for (const Volume& volume : management.pool().volumes) {
    for (const Brick& brick : volume.bricks) {
      const std::string trouble = brick_trouble(management, volume, brick);
      if (!trouble.empty()) troubles.push_back(fmt::format("brick {} is offline: {}", brick.text(), trouble));
    }
  }
  co_return std::move(troubles);
}

namespace commands {

Task<Dictionary> own_condition(Management& management, Dictionary) {
  const std::vector<std::string> troubles = co_await tried(troubles_of(management));
  Dictionary reply;
  reply.set_text("uuid", management.server().text());
  set_number(reply, "troubles", static_cast<std::int64_t>(troubles.size()));
  for (std::size_t place = 0; place < troubles.size(); ++place) {
    reply.set_text(fmt::format("trouble{}", place), troubles[place]);
  }
  co_return std::move(reply);
}

}  // namespace commands

}  // namespace mortar
