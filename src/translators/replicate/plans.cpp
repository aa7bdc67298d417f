#include "translators/replicate/plans.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace mortar::replicate {

namespace {

constexpr std::uint64_t end_of_all = std::numeric_limits<std::uint64_t>::max();

}  // namespace

Part bytes_of_file(const Gfid& gfid, std::uint64_t first, std::uint64_t length) {
  if (length == 0 || first > end_of_all - length) return from_byte_on(gfid, first);
  return {.gfid = gfid, .kind = LockKind::content, .claim = {first, first + length - 1, {}}, .slot = Slot::data};
}

Part from_byte_on(const Gfid& gfid, std::uint64_t first) {
  return {.gfid = gfid, .kind = LockKind::content, .claim = {first, end_of_all, {}}, .slot = Slot::data};
}

Part attributes_of(const Gfid& gfid) {
  return {.gfid = gfid, .kind = LockKind::attributes, .claim = {}, .slot = Slot::metadata};
}

Part names_in(const Gfid& directory, std::vector<std::string> names) {
  return {
      .gfid = directory, .kind = LockKind::entries, .claim = {0, end_of_all, std::move(names)}, .slot = Slot::entries};
}

Part emptiness_of(const Gfid& directory) {
  return {.gfid = directory, .kind = LockKind::entries, .claim = {}, .slot = std::nullopt};
}

Part moves_of_directories() { return {.gfid = root_gfid, .kind = LockKind::moves, .claim = {}, .slot = std::nullopt}; }

Plan in_order(std::vector<Part> parts) {
  // Last what many wait for.
  const auto rank = [](const Part& part) { return std::tuple(part.kind == LockKind::moves, part.gfid, part.kind); };
  std::ranges::sort(parts, {}, rank);
  Plan plan;
  for (Part& part : parts) {
    if (plan.empty() || plan.back().gfid != part.gfid || plan.back().kind != part.kind) {
      plan.push_back(std::move(part));
      continue;
    }
    Part& same = plan.back();
    const bool everything = same.claim.names.empty() || part.claim.names.empty();
    same.claim.names.insert(same.claim.names.end(), part.claim.names.begin(), part.claim.names.end());
    if (everything) same.claim.names.clear();
    if (!same.slot) same.slot = part.slot;
  }
  return plan;
}

}  // namespace mortar::replicate
