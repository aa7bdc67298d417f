#include "pool/remove_bricks.h"

#include <fmt/format.h>

#include <algorithm>

namespace mortar {

namespace {

// Stock answers what it finds before it asks other servers with errno 0.
std::unexpected<Error> refused(std::string sentence) { return failed(0, std::move(sentence)); }

std::string_view type_word(VolumeType type) {
  switch (type) {
    case VolumeType::distribute: return "distribute";
    case VolumeType::replicate: return "replica";
    case VolumeType::disperse: return "disperse";
  }
  return "";
}

auto place_of(const Volume& volume, const Brick& named) {
  return std::ranges::find_if(volume.bricks, [&named](const Brick& brick) { return brick.text() == named.text(); });
}

// How many of each set are named.
Result<std::vector<std::uint32_t>> count_in_sets(const Volume& volume, const std::vector<Brick>& bricks) {
  const std::uint32_t set = volume.set_size();
  std::vector<std::uint32_t> named(volume.bricks.size() / set);
  for (const Brick& brick : bricks) {
    const auto place = place_of(volume, brick);
    if (place == volume.bricks.end()) {
      return refused(fmt::format("Incorrect brick {} for volume {}", brick.text(), volume.name));
    }
    ++named[static_cast<std::size_t>(place - volume.bricks.begin()) / set];
  }
  return named;
}

// An arbiter goes first: alone with one copy it has nothing to decide, and alone it has nothing at all.
bool keeps_arbiters(const Volume& volume, const std::vector<Brick>& bricks) {
  for (std::size_t place = 0; place < volume.bricks.size(); ++place) {
    if (!volume.is_arbiter(place)) continue;
    if (std::ranges::find(bricks, volume.bricks[place].text(), &Brick::text) == bricks.end()) return true;
  }
  return false;
}

Result<Done> check_fewer_copies(const Volume& volume, const RemoveBricks& edit) {
  const std::uint32_t copies = volume.replica_count;
  if (!volume.has_copies()) {
    return refused(
        fmt::format("replica count ({}) option given for non replicate volume {}", edit.replica_count, volume.name));
  }
  if (edit.replica_count > copies) {
    return refused(fmt::format("given replica count ({}) option is more than volume {}'s replica count ({})",
                               edit.replica_count, volume.name, copies));
  }
  const std::uint32_t fewer = copies - edit.replica_count;
  const std::size_t needed = volume.bricks.size() / copies * fewer;
  if (edit.bricks.size() != needed) {
    return refused(fmt::format("need {}(xN) bricks for reducing replica count of the volume from {} to {}", needed,
                               copies, edit.replica_count));
  }
  const Result<std::vector<std::uint32_t>> named = count_in_sets(volume, edit.bricks);
  if (!named) return std::unexpected(named.error());
  if (std::ranges::any_of(*named, [fewer](std::uint32_t count) { return count != fewer; })) {
    return refused(fmt::format("Bricks not from same subvol for {}", type_word(volume.type)));
  }
  if (keeps_arbiters(volume, edit.bricks)) {
    return refused("Remove arbiter brick(s) only when converting from arbiter to replica 2 subvolume.");
  }
  if (volume.is_rebalancing()) return failed(EINVAL, "Rebalance is in progress. Please retry after completion");
  return done;
}

}  // namespace

Result<Done> RemoveBricks::check(const Pool& pool) const {
  const Volume* found = pool.find(volume);
  if (found == nullptr) return refused(fmt::format("Volume {} does not exist", volume));
  if (removes_copies(*found)) return check_fewer_copies(*found, *this);
  const std::uint32_t set = found->set_size();
  if (found->type == VolumeType::replicate && found->bricks.size() == set) {
    return refused(
        "Removing bricks from replicate configuration is not allowed without reducing replica count explicitly.");
  }
  if (bricks.empty() || bricks.size() % set != 0) {
    return refused(
        fmt::format("Remove brick incorrect brick count of {} for {} {}", bricks.size(), type_word(found->type), set));
  }
  const Result<std::vector<std::uint32_t>> named = count_in_sets(*found, bricks);
  if (!named) return std::unexpected(named.error());
  if (std::ranges::any_of(*named, [set](std::uint32_t count) { return count % set != 0; })) {
    return refused(fmt::format("Bricks not from same subvol for {}", type_word(found->type)));
  }
  if (bricks.size() >= found->bricks.size()) {
    return failed(EINVAL, "Deleting all the bricks of the volume is not allowed");
  }
  if (found->is_rebalancing()) return failed(EINVAL, "Rebalance is in progress. Please retry after completion");
  return done;
}

void RemoveBricks::apply(Pool& pool) const {
  Volume& shrunk = *pool.find(volume);
  if (removes_copies(shrunk)) {
    shrunk.replica_count = replica_count;
    shrunk.arbiter_count = 0;
    if (replica_count == 1) {
      shrunk.type = VolumeType::distribute;
      shrunk.options.set("performance.client-io-threads", "on");
    }
  }
  for (const Brick& brick : bricks) {
    if (const auto place = place_of(shrunk, brick); place != shrunk.bricks.end()) shrunk.bricks.erase(place);
  }
  ++shrunk.version;
}

}  // namespace mortar
