#include "pool/start_volume.h"

#include <fmt/format.h>

namespace mortar {

Result<Done> StartVolume::check(const Pool& pool) const {
  Result<const Volume*> found = existing_volume(pool, volume);
  if (!found) return std::unexpected(found.error());
  if ((*found)->status == VolumeState::started && !force) {
    return failed(EINVAL, fmt::format("Volume {} already started", volume));
  }
  return done;
}

void StartVolume::apply(Pool& pool) const {
  Volume& started = *pool.find(volume);
  if (started.status == VolumeState::started) return;
  started.status = VolumeState::started;
  ++started.version;
}

}  // namespace mortar
