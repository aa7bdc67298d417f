#include "pool/start_volume.h"

#include <fmt/format.h>

namespace mortar {

Result<Done> StartVolume::check(const Pool& pool) const {
  Result<const Volume*> found = existing_volume(pool, volume);
  if (!found) return std::unexpected(found.error());
  if ((*found)->status == VolumeStatus::started && !force) {
    return failed(EINVAL, fmt::format("Volume {} already started", volume));
  }
  return done;
}

void StartVolume::apply(Pool& pool) const {
  Volume& started = *pool.find(volume);
  if (started.status == VolumeStatus::started) return;
  started.status = VolumeStatus::started;
  ++started.version;
}

}  // namespace mortar
