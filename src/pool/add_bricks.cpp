#include "pool/add_bricks.h"

#include <fmt/format.h>

#include "pool/new_bricks.h"
#include "pool/op_versions.h"

namespace mortar {

namespace {

VolumeType type_after(const Volume& volume, const AddBricks& edit) {
  return edit.adds_copies(volume) ? VolumeType::replicate : volume.type;
}

// What stands in sets when it is done: all bricks where each set gets some, else the new ones.
std::vector<Brick> in_sets(const Volume& volume, const AddBricks& edit) {
  if (!edit.adds_copies(volume)) return edit.bricks;
  Volume longer = volume;
  longer.add_bricks(edit.bricks);
  const std::size_t former = volume.set_size();
  const std::size_t more = edit.replica_count - former;
  const auto old_end = longer.bricks.begin() + static_cast<std::ptrdiff_t>(volume.bricks.size());
  auto old = longer.bricks.begin();
  auto added = old_end;
  std::vector<Brick> ordered;
  while (old != old_end) {
    ordered.insert(ordered.end(), old, old + static_cast<std::ptrdiff_t>(former));
    ordered.insert(ordered.end(), added, added + static_cast<std::ptrdiff_t>(more));
    old += static_cast<std::ptrdiff_t>(former);
    added += static_cast<std::ptrdiff_t>(more);
  }
  return ordered;
}

Result<Done> check_more_copies(const Volume& volume, const AddBricks& edit) {
  const std::uint32_t copies = volume.set_size();
  if (volume.type == VolumeType::disperse) {
    return failed(0, fmt::format("Volume {} cannot be converted from dispersed to replicated-dispersed", volume.name));
  }
  if (edit.arbiter_count != 0 && copies != 2) {
    return failed(0, fmt::format("Cannot convert replica {} volume to arbiter volume.", copies));
  }
  if (volume.arbiter_count != 0) {
    return failed(0, "Increasing replica count for arbiter volumes is not supported.");
  }
  if (edit.replica_count < copies) {
    return failed(
        0, fmt::format("Incorrect replica count ({}) supplied. Volume already has ({})", edit.replica_count, copies));
  }
  const std::size_t needed = volume.bricks.size() / copies * (edit.replica_count - copies);
  if (edit.bricks.size() != needed) {
    return failed(0, fmt::format("Incorrect number of bricks ({}) supplied for replica count ({}).", edit.bricks.size(),
                                 edit.replica_count));
  }
  if (volume.status != VolumeState::started) {
    return failed(EINVAL, fmt::format("Volume {} needs to be started to change its replica count: what its bricks "
                                      "have is copied to the new ones",
                                      volume.name));
  }
  return done;
}

Result<Done> check_count(const Volume& volume, const AddBricks& edit) {
  if (edit.adds_copies(volume)) return check_more_copies(volume, edit);
  const std::uint32_t set = volume.set_size();
  if (!edit.bricks.empty() && edit.bricks.size() % set == 0) return done;
  return failed(0, fmt::format("Incorrect number of bricks supplied {} with count {}", edit.bricks.size(), set));
}

}  // namespace

Result<Done> AddBricks::check(const Pool& pool) const {
  // Stock answers the first two with errno 0.
  const Volume* found = pool.find(volume);
  if (found == nullptr) return failed(0, fmt::format("Unable to get volinfo for volume name {}", volume));
  if (Result<Done> counted = check_count(*found, *this); !counted) return counted;
  const std::uint32_t set = adds_copies(*found) ? replica_count : found->set_size();
  if (Result<Done> spread = check_spread(in_sets(*found, *this), type_after(*found, *this), set); !force && !spread) {
    return spread;
  }
  if (found->is_rebalancing()) {
    return failed(EINVAL,
                  fmt::format("Volume name {} rebalance is in progress. Please retry after completion", volume));
  }
  return check_new_bricks(pool, volume, bricks);
}

void AddBricks::apply(Pool& pool) const {
  Volume& grown = *pool.find(volume);
  if (adds_copies(grown)) {
    std::vector<Brick> ordered = in_sets(grown, *this);
    grown.bricks = std::move(ordered);
    grown.type = VolumeType::replicate;
    grown.replica_count = replica_count;
    grown.arbiter_count = arbiter_count;
    grown.options.set("performance.client-io-threads", "off");
    update_op_versions(grown);
  } else {
    grown.add_bricks(bricks);
  }
  ++grown.version;
}

}  // namespace mortar
