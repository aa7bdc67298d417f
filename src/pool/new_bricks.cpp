#include "pool/new_bricks.h"

#include <fmt/format.h>

#include <algorithm>

#include "pool/names.h"

namespace mortar {

namespace {

bool overlap(const Brick& one, const Brick& other) {
  return one.server == other.server && paths_overlap(one.path, other.path);
}

bool is_taken(const Pool& pool, const Brick& brick) {
  return std::ranges::any_of(pool.volumes, [&brick](const Volume& volume) {
    return std::ranges::any_of(volume.bricks, [&brick](const Brick& other) { return overlap(brick, other); });
  });
}

// The longest of the files that have a brick's whole path in their names: VOLUME.HOST.path-with-dashes.vol
constexpr std::size_t longest_file_name = 254;
std::size_t volfile_name_size(std::string_view volume, const Brick& brick) {
  return volume.size() + brick.host.size() + brick.path.size() + std::string_view("...vol").size() - 1;
}

}  // namespace

Result<Done> check_new_bricks(const Pool& pool, std::string_view volume, std::span<const Brick> bricks) {
  for (std::size_t index = 0; index < bricks.size(); ++index) {
    const Brick& brick = bricks[index];
    if (volfile_name_size(volume, brick) > longest_file_name) {
      return failed(ENAMETOOLONG, fmt::format("brick path {} is too long.", brick.text()));
    }
    const Server* server = pool.server(brick.server);
    if (server == nullptr || server->invited) {
      return failed(EINVAL, fmt::format("Host {} is not in 'Peer in Cluster' state", brick.host));
    }
    const auto before = bricks.first(index);
    const auto same = std::ranges::find_if(before, [&brick](const Brick& other) { return overlap(brick, other); });
    if (same != before.end() && same->path.size() < brick.path.size()) {
      return failed(EINVAL, fmt::format("parent directory {} is already part of a volume", same->path));
    }
    if (same != before.end() || is_taken(pool, brick)) {
      return failed(
          EINVAL, fmt::format("Brick: {} not available. Brick may be containing or be contained by an existing brick.",
                              brick.text()));
    }
  }
  return done;
}

Result<Done> check_spread(std::span<const Brick> bricks, VolumeType type, std::uint32_t set_size) {
  for (std::size_t first = 0; first < bricks.size(); ++first) {
    const std::size_t end = std::min<std::size_t>((first / set_size + 1) * set_size, bricks.size());
    for (std::size_t second = first + 1; second < end; ++second) {
      if (bricks[first].server != bricks[second].server) continue;
      return failed(EINVAL,
                    fmt::format("Multiple bricks of a {} volume are present on the same server. This setup is not "
                                "optimal. Bricks should be on different nodes to have best fault tolerant "
                                "configuration. Use 'force' at the end of the command if you want to override this "
                                "behavior. ",
                                type == VolumeType::disperse ? "disperse" : "replicate"));
    }
  }
  return done;
}

}  // namespace mortar
