#include "pool/start_volume.h"

#include <fmt/format.h>

#include <algorithm>

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
  const bool has_away = std::ranges::any_of(started.bricks, &Brick::away);
  if (started.status == VolumeState::started && !has_away) return;
  for (Brick& brick : started.bricks) brick.away = brick.away && !force;
  started.status = VolumeState::started;
  ++started.version;
}

}  // namespace mortar
