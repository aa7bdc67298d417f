#include "pool/stop_volume.h"

#include <fmt/format.h>

namespace mortar {

Result<Done> StopVolume::check(const Pool& pool) const {
  Result<const Volume*> found = existing_volume(pool, volume);
  if (!found) return std::unexpected(found.error());
  if ((*found)->status != VolumeState::started && !force) {
    return failed(EINVAL, fmt::format("Volume {} is not in the started state", volume));
  }
  if ((*found)->is_rebalancing() && !force) {
    return failed(EINVAL, fmt::format("rebalance session is in progress for the volume '{}'", volume));
  }
  return done;
}

void StopVolume::apply(Pool& pool) const {
  Volume& stopped = *pool.find(volume);
  if (stopped.status == VolumeState::stopped) return;
  stopped.status = VolumeState::stopped;
  ++stopped.version;
}

}  // namespace mortar
