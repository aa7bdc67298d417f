#include "pool/add_bricks.h"

#include <fmt/format.h>

#include "pool/new_bricks.h"

namespace mortar {

Result<Done> AddBricks::check(const Pool& pool) const {
  // Stock answers the first two with errno 0.
  const Volume* found = pool.find(volume);
  if (found == nullptr) return failed(0, fmt::format("Unable to get volinfo for volume name {}", volume));
  if (replica_count != 0) {
    return failed(ENOTSUP, "this release cannot change the replica count of a volume yet; nothing was changed");
  }
  const std::uint32_t set = found->set_size();
  if (bricks.empty() || bricks.size() % set != 0) {
    return failed(0, fmt::format("Incorrect number of bricks supplied {} with count {}", bricks.size(), set));
  }
  if (Result<Done> spread = check_spread(bricks, found->type, set); !force && !spread) return spread;
  if (found->is_rebalancing()) {
    return failed(EINVAL,
                  fmt::format("Volume name {} rebalance is in progress. Please retry after completion", volume));
  }
  return check_new_bricks(pool, volume, bricks);
}

void AddBricks::apply(Pool& pool) const {
  Volume& grown = *pool.find(volume);
  grown.add_bricks(bricks);
  ++grown.version;
}

}  // namespace mortar
