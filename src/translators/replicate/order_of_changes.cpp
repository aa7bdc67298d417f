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

std::vector<Gfid> OrderOfChanges::changed(const Gfid& gfid) {
  const auto found = places_.find(gfid);
  if (found == places_.end()) return {};
  const std::uint64_t place = found->second;
  if (in_order_ > 0 && place == at_) return {};
  const bool goes_on = in_order_ > 0 && place + reach > at_ && place <= at_ + reach;
  in_order_ = goes_on ? in_order_ + 1 : 1;
  at_ = goes_on ? std::max(at_, place) : place;
  named_to_ = goes_on ? std::max(named_to_, at_ + 1) : at_ + 1;
  const std::uint64_t ahead = std::min((in_order_ - 1) * for_each, most_ahead);
  const std::uint64_t to = std::min(at_ + 1 + ahead, end_);
  // Not one by one: they are asked for together.
  const bool are_enough = (to - std::min(named_to_, to)) * 2 >= ahead || to == end_;
  if (to <= named_to_ || !are_enough) return {};
  std::vector<Gfid> named;
  for (; named_to_ < to; ++named_to_) {
    const Gfid& next = heard_[named_to_ % most];
    if (places_.at(next) == named_to_) named.push_back(next);
  }
  return named;
}

}  // namespace mortar::replicate
