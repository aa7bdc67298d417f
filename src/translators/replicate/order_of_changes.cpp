#include "translators/replicate/order_of_changes.h"

#include <algorithm>

namespace mortar::replicate {

void OrderOfChanges::heard_of(const Gfid& gfid) {
  const auto [known, is_new] = places_.try_emplace(gfid, end_);
  if (!is_new) {
    if (end_ - known->second < most / 2) return;
    known->second = end_;
  }
  if (heard_.size() < most) {
    heard_.push_back(gfid);
  } else {
    Gfid& oldest = heard_[end_ % most];
    const auto left = places_.find(oldest);
    if (left != places_.end() && left->second + most == end_) places_.erase(left);
    oldest = gfid;
  }
  ++end_;
}

OrderOfChanges::Way& OrderOfChanges::way_of(std::uint64_t place) {
  const auto distance = [&](const Way& way) { return place > way.at ? place - way.at : way.at - place; };
  auto way = std::ranges::min_element(ways_, {}, distance);
  if (way == ways_.end() || distance(*way) > reach) {
    if (ways_.size() < most_ways) ways_.emplace_back();
    way = ways_.end() - 1;
    *way = Way{.at = place};
  }
  std::rotate(ways_.begin(), way, way + 1);
  return ways_.front();
}

std::vector<Gfid> OrderOfChanges::changed(const Gfid& gfid) {
  const auto found = places_.find(gfid);
  if (found == places_.end()) return {};
  const std::uint64_t place = found->second;
  Way& way = way_of(place);
  if (way.changes > 0 && place == way.at) return {};
  ++way.changes;
  way.at = std::max(way.at, place);
  way.named_to = std::max(way.named_to, way.at + 1);
  const std::uint64_t ahead = std::min((way.changes - 1) * for_each, most_ahead);
  const std::uint64_t to = std::min(way.at + 1 + ahead, end_);
  // Not one by one: they are asked for together.
  const bool are_enough = (to - std::min(way.named_to, to)) * 2 >= ahead || to == end_;
  if (to <= way.named_to || !are_enough) return {};
  std::vector<Gfid> named;
  for (; way.named_to < to; ++way.named_to) {
    const Gfid& next = heard_[way.named_to % most];
    if (places_.at(next) == way.named_to) named.push_back(next);
  }
  return named;
}

}  // namespace mortar::replicate
