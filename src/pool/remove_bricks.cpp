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

}  // namespace

Result<Done> RemoveBricks::check(const Pool& pool) const {
  const Volume* found = pool.find(volume);
  if (found == nullptr) return refused(fmt::format("Volume {} does not exist", volume));
  if (replica_count != 0) {
    return failed(ENOTSUP, "this release cannot change the replica count of a volume yet; nothing was changed");
  }
  const std::uint32_t set = found->set_size();
  if (found->type == VolumeType::replicate && found->bricks.size() == set) {
    return refused(
        "Removing bricks from replicate configuration is not allowed without reducing replica count explicitly.");
  }
  if (bricks.empty() || bricks.size() % set != 0) {
    return refused(
        fmt::format("Remove brick incorrect brick count of {} for {} {}", bricks.size(), type_word(found->type), set));
  }
  std::vector<std::uint32_t> named(found->bricks.size() / set);  // of each set, how many
  for (const Brick& brick : bricks) {
    const auto place = place_of(*found, brick);
    if (place == found->bricks.end()) {
      return refused(fmt::format("Incorrect brick {} for volume {}", brick.text(), volume));
    }
    ++named[static_cast<std::size_t>(place - found->bricks.begin()) / set];
  }
  if (std::ranges::any_of(named, [set](std::uint32_t count) { return count % set != 0; })) {
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
  for (const Brick& brick : bricks) {
    if (const auto place = place_of(shrunk, brick); place != shrunk.bricks.end()) shrunk.bricks.erase(place);
  }
  ++shrunk.version;
}

}  // namespace mortar
