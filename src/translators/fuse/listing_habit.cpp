#include "translators/fuse/listing_habit.h"

#include <algorithm>
#include <vector>

namespace mortar::fuse {
namespace {

using namespace std::chrono_literals;

// Who lists first and looks then does so within that time.
constexpr Duration lasts = 10s;
constexpr std::size_t most_probes = 64;
constexpr int most_credit = 4;

}  // namespace

ListingHabit::ProbePointer ListingHabit::begin(const Gfid& directory, std::string name) {
  settle_those_over();
  const auto known = probes_.find(directory);
  if (known != probes_.end()) {
    settle(*known->second);
    probes_.erase(known);
  }
  auto probe = std::make_shared<Probe>(Probe{directory, std::move(name), world_.now() + lasts});
  if (probes_.size() < most_probes) probes_.emplace(directory, probe);
  return probe;
}

void ListingHabit::looked_up(const Gfid& directory, std::string_view name) {
  const auto known = probes_.find(directory);
  if (known == probes_.end() || known->second->name != name) return;
  known->second->is_looked_up = true;
  credit_ = most_credit;
  probes_.erase(known);
}

void ListingHabit::settle(const Probe& probe) {
  if (!probe.is_looked_up) credit_ = std::max(credit_ - 1, 0);
}

void ListingHabit::settle_those_over() {
  std::erase_if(probes_, [&](const auto& known) {
    if (world_.now() < known.second->until) return false;
    settle(*known.second);
    return true;
  });
}

}  // namespace mortar::fuse
