#include "pool/profile_volume.h"

#include <fmt/format.h>

#include "pool/op_versions.h"

namespace mortar {

namespace {

// The newest is shown first.
constexpr const char* keys[]{"diagnostics.latency-measurement", "diagnostics.count-fop-hits"};

}  // namespace

bool is_profiled(const Volume& volume) {
  return volume.options.is_on(keys[0], false) && volume.options.is_on(keys[1], false);
}

Result<Done> ProfileVolume::check(const Pool& pool) const {
  Result<const Volume*> found = existing_volume(pool, volume);
  if (!found) return std::unexpected(found.error());
  if (is_profiled(**found) != on) return done;
  return failed(EINVAL, fmt::format("Profile on Volume {} is {}", volume, on ? "already started" : "not started"));
}

void ProfileVolume::apply(Pool& pool) const {
  Volume& changed = *pool.find(volume);
  for (const char* key : keys) {
    if (on) {
      changed.options.set(key, "on");
    } else {
      changed.options.erase(key);
    }
  }
  update_op_versions(changed);
  ++changed.version;
}

}  // namespace mortar
