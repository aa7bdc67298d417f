#include "pool/delete_volume.h"

#include <fmt/format.h>

namespace mortar {

Result<Done> DeleteVolume::check(const Pool& pool) const {
  Result<const Volume*> found = existing_volume(pool, volume);
  if (!found) return std::unexpected(found.error());
  if ((*found)->status == VolumeState::started) {
    return failed(EINVAL,
                  fmt::format("Volume {} has been started.Volume needs to be stopped before deletion.", volume));
  }
  return done;
}

void DeleteVolume::apply(Pool& pool) const {
  std::erase_if(pool.volumes, [this](const Volume& other) { return other.name == volume; });
}

}  // namespace mortar
