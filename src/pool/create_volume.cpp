#include "pool/create_volume.h"

#include <fmt/format.h>

#include <algorithm>

#include "pool/names.h"
#include "pool/new_bricks.h"
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

}  // namespace

Result<Done> CreateVolume::check(const Pool& pool) const {
  if (Result<Done> named = check_volume_name(volume.name); !named) return named;
  // Stock answers this one with errno 0.
  if (pool.find(volume.name) != nullptr) return failed(0, fmt::format("Volume {} already exists", volume.name));
  if (Result<Done> shaped = check_shape(volume); !shaped) return shaped;
  if (Result<Done> spread = check_spread(volume.bricks, volume.type, volume.set_size()); !force && !spread)
    return spread;
  return check_new_bricks(pool, volume.name, volume.bricks);
}

void CreateVolume::apply(Pool& pool) const {
  Volume added = volume;
  added.bricks.clear();
  added.add_bricks(volume.bricks);
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
  // Clients of GlusterFS must not rely on what single copies tell; those of Mortar do not need to be told.
  if (volume.replica_count > 1) return;
  volume.options.set("performance.cache-invalidation", "on");
  volume.options.set("performance.md-cache-timeout", "60");
}

}  // namespace mortar
