#include "pool/create_volume.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "pool/names.h"
#include "pool/op_versions.h"

namespace mortar {

namespace {

std::unexpected<Error> invalid(std::string sentence) { return failed(EINVAL, std::move(sentence)); }

Result<Done> check_shape(const Volume& volume) {
  if (volume.bricks.empty()) return invalid("A volume needs at least one brick.");
  const std::uint32_t set = volume.set_size();
  if (volume.type == VolumeType::replicate && set < 2) return invalid("replica count should be greater than 1");
  if (volume.arbiter_count != 0 && (volume.arbiter_count != 1 || set != 3)) {
    return invalid(
        "For arbiter configuration, replica count must be 2 and arbiter count must be 1. The 3rd brick of the replica "
        "will be the arbiter");
  }
  if (volume.type == VolumeType::disperse) {
    if (set < 3) return invalid("disperse count must be greater than 2");
    if (volume.redundancy_count < 1 || 2 * volume.redundancy_count >= set) {
      return invalid(
          fmt::format("redundancy must be greater than or equal to 1 and less than {} for a disperse {} volume",
                      (set + 1) / 2, set));
    }
  }
  if (volume.bricks.size() % set != 0) {
    return invalid(fmt::format("number of bricks is not a multiple of {} count",
                               volume.type == VolumeType::disperse ? "disperse" : "replica"));
  }
  return done;
}

// Two bricks of one set on one server.
bool shares_a_server(const Volume& volume) {
  const std::uint32_t set = volume.set_size();
  for (std::size_t first = 0; first < volume.bricks.size(); ++first) {
    for (std::size_t second = first + 1; second < (first / set + 1) * set && second < volume.bricks.size(); ++second) {
      if (volume.bricks[first].server == volume.bricks[second].server) return true;
    }
  }
  return false;
}

// The longest of the files that have a brick's whole path in their names: VOLUME.HOST.path-with-dashes.vol
constexpr std::size_t longest_file_name = 254;
std::size_t volfile_name_size(const Volume& volume, const Brick& brick) {
  return volume.name.size() + brick.host.size() + brick.path.size() + std::string_view("...vol").size() - 1;
}

bool overlap(const Brick& one, const Brick& other) {
  return one.server == other.server && paths_overlap(one.path, other.path);
}

bool is_taken(const Pool& pool, const Brick& brick) {
  return std::ranges::any_of(pool.volumes, [&brick](const Volume& volume) {
    return std::ranges::any_of(volume.bricks, [&brick](const Brick& other) { return overlap(brick, other); });
  });
}

}  // namespace

Result<Done> CreateVolume::check(const Pool& pool) const {
  if (Result<Done> named = check_volume_name(volume.name); !named) return named;
  // Stock answers this one with errno 0.
  if (pool.find(volume.name) != nullptr) return failed(0, fmt::format("Volume {} already exists", volume.name));
  if (Result<Done> shaped = check_shape(volume); !shaped) return shaped;
  if (!force && shares_a_server(volume)) {
    return invalid(fmt::format(
        "Multiple bricks of a {} volume are present on the same server. This setup is not optimal. Bricks should be on "
        "different nodes to have best fault tolerant configuration. Use 'force' at the end of the command if you want "
        "to "
        "override this behavior. ",
        volume.type == VolumeType::disperse ? "disperse" : "replicate"));
  }
  for (std::size_t index = 0; index < volume.bricks.size(); ++index) {
    const Brick& brick = volume.bricks[index];
    if (volfile_name_size(volume, brick) > longest_file_name) {
      return failed(ENAMETOOLONG, fmt::format("brick path {} is too long.", brick.text()));
    }
    if (pool.server(brick.server) == nullptr) {
      return invalid(fmt::format("Host {} is not in 'Peer in Cluster' state", brick.host));
    }
    const auto before = std::span(volume.bricks).first(index);
    const auto same = std::ranges::find_if(before, [&brick](const Brick& other) { return overlap(brick, other); });
    if (same != before.end() && same->path.size() < brick.path.size()) {
      return invalid(fmt::format("parent directory {} is already part of a volume", same->path));
    }
    if (same != before.end() || is_taken(pool, brick)) {
      return invalid(fmt::format(
          "Brick: {} not available. Brick may be containing or be contained by an existing brick.", brick.text()));
    }
  }
  return done;
}

void CreateVolume::apply(Pool& pool) const {
  Volume added = volume;
  set_starting_options(added);
  update_op_versions(added);
  auto place = std::ranges::lower_bound(pool.volumes, added.name, {}, &Volume::name);
  pool.volumes.insert(place, std::move(added));
}

void set_starting_options(Volume& volume, std::string_view key) {
  const bool replicated = volume.type == VolumeType::replicate;
  std::vector<OptionList::Pair> wanted;
  if (replicated) wanted.emplace_back("performance.client-io-threads", "off");
  wanted.emplace_back("nfs.disable", "on");
  wanted.emplace_back("transport.address-family", "inet");
  wanted.emplace_back("storage.fips-mode-rchecksum", "on");
  if (replicated) wanted.emplace_back("cluster.granular-entry-heal", "on");
  for (const auto& [name, value] : wanted) {
    if ((key == "all" || key == name) && !volume.options.find(name)) volume.options.set(name, value);
  }
}

void set_coherence_options(Volume& volume) {
  volume.options.set("features.cache-invalidation", "on");
  volume.options.set("performance.cache-invalidation", "on");
  volume.options.set("performance.md-cache-timeout", "60");
}

}  // namespace mortar
