#include "pool/replace_brick.h"

#include <fmt/format.h>

#include <algorithm>

#include "pool/new_bricks.h"

namespace mortar {

namespace {

// Stock answers what it finds before it asks other servers with errno 0.
std::unexpected<Error> refused(std::string sentence) { return failed(0, std::move(sentence)); }

template <class Bricks>
auto* brick_called(Bricks& bricks, std::string_view text) {
  const auto found = std::ranges::find(bricks, text, &Brick::text);
  return found == bricks.end() ? nullptr : &*found;
}

Result<Done> check_copy(const Pool& pool, std::string_view name, std::string_view brick) {
  const Result<const Volume*> found = existing_volume(pool, name);
  if (!found) return std::unexpected(found.error());
  const Volume& volume = **found;
  if (!volume.has_copies()) {
    return refused(
        "replace-brick is not permitted on distribute only volumes. Please use add-brick and remove-brick operations "
        "instead.");
  }
  if (volume.status != VolumeState::started) return refused(fmt::format("volume: {} is not started", name));
  if (volume.is_rebalancing()) {
    return refused(fmt::format("Volume name {} rebalance is in progress. Please retry after completion", name));
  }
  if (brick_called(volume.bricks, brick) == nullptr) {
    return refused(fmt::format("brick: {} does not exist in volume: {}", brick, name));
  }
  return done;
}

void set_away(Pool& pool, std::string_view name, std::string_view brick, bool away) {
  Volume& volume = *pool.find(name);
  brick_called(volume.bricks, brick)->away = away;
  ++volume.version;
}

}  // namespace

Result<Done> TakeBrickAway::check(const Pool& pool) const { return check_copy(pool, volume, brick); }
void TakeBrickAway::apply(Pool& pool) const { set_away(pool, volume, brick, true); }

Result<Done> BringBrickBack::check(const Pool& pool) const { return check_copy(pool, volume, brick); }
void BringBrickBack::apply(Pool& pool) const { set_away(pool, volume, brick, false); }

Result<Done> ReplaceBrick::check(const Pool& pool) const {
  if (Result<Done> fits = check_copy(pool, volume, former); !fits) return fits;
  const Brick& place = *brick_called(pool.find(volume)->bricks, former);
  if (!resets) return check_new_bricks(pool, volume, std::span(&next, 1));
  if (place.path != next.path || place.server != next.server) {
    return refused(
        "When destination brick is new, please use gluster volume replace-brick <volname> <src-brick> <dst-brick> "
        "commit force");
  }
  if (!place.away) {
    return refused("Source brick must be stopped. Please use gluster volume reset-brick <volname> <dst-brick> start.");
  }
  if (!force) {
    return refused(
        "Brick not available.It may be containing or be contained by an existing brick.Use 'force' option to override "
        "this.");
  }
  return done;
}

void ReplaceBrick::apply(Pool& pool) const {
  Volume& changed = *pool.find(volume);
  Brick& place = *brick_called(changed.bricks, former);
  const std::uint32_t number = place.number;
  place = next;
  place.number = number;
  ++changed.version;
}

}  // namespace mortar
