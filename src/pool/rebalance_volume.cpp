#include "pool/rebalance_volume.h"

#include <fmt/format.h>

#include <algorithm>

namespace mortar {

namespace {

bool is_part_of(const SettleRebalance& edit, const RebalancePart& part) {
  return part.server == edit.part.server && part.state == RebalanceState::running;
}

}  // namespace

Result<const Volume*> volume_to_rebalance(const Pool& pool, std::string_view name) {
  Result<const Volume*> found = existing_volume(pool, name);
  if (!found) return found;
  if ((*found)->status != VolumeState::started) {
    return failed(EINVAL, fmt::format("Volume {} needs to be started to perform rebalance", name));
  }
  return found;
}

Result<const Volume*> rebalanced_volume(const Pool& pool, std::string_view name) {
  Result<const Volume*> found = volume_to_rebalance(pool, name);
  if (found && !(*found)->rebalance) {
    return failed(EINVAL, fmt::format("Rebalance not started for volume {}.", name));
  }
  return found;
}

Result<Done> StartRebalance::check(const Pool& pool) const {
  Result<const Volume*> found = volume_to_rebalance(pool, volume);
  if (!found) return std::unexpected(found.error());
  if ((*found)->bricks.size() <= (*found)->set_size()) {
    return failed(EINVAL, fmt::format("Volume {} is not a distribute volume or contains only 1 brick.\n"
                                      "Not performing rebalance",
                                      volume));
  }
  if ((*found)->is_rebalancing()) return failed(EINVAL, fmt::format("Rebalance on {} is already started", volume));
  return done;
}

void StartRebalance::apply(Pool& pool) const {
  Volume& walked = *pool.find(volume);
  Rebalance rebalance{.id = id, .parts = {}};
  for (const Brick& brick : walked.bricks) {
    if (std::ranges::find(rebalance.parts, brick.server, &RebalancePart::server) != rebalance.parts.end()) continue;
    rebalance.parts.push_back({.server = brick.server});
  }
  walked.rebalance = std::move(rebalance);
}

Result<Done> StopRebalance::check(const Pool& pool) const {
  Result<const Volume*> found = rebalanced_volume(pool, volume);
  if (!found) return std::unexpected(found.error());
  return done;
}

void StopRebalance::apply(Pool& pool) const { pool.find(volume)->rebalance.reset(); }

Result<Done> SettleRebalance::check(const Pool& pool) const {
  const Volume* found = pool.find(volume);
  const bool runs =
      found != nullptr && found->rebalance && found->rebalance->id == id &&
      std::ranges::any_of(found->rebalance->parts, [this](const RebalancePart& one) { return is_part_of(*this, one); });
  if (!runs) return failed(ESTALE, "This rebalance is over already.");
  return done;
}

void SettleRebalance::apply(Pool& pool) const {
  std::ranges::replace_if(
      pool.find(volume)->rebalance->parts, [this](const RebalancePart& one) { return is_part_of(*this, one); }, part);
}

}  // namespace mortar
