#include "translators/replicate/claims.h"

#include <algorithm>

namespace mortar::replicate {

bool Claim::overlaps(const Claim& other) const {
  if (first > other.last || other.first > last) return false;
  if (names.empty() || other.names.empty()) return true;
  return std::ranges::find_first_of(names, other.names) != names.end();
}

bool Claims::is_free(Place place) {
  return std::none_of(queue_.begin(), place, [&place](const Claim& earlier) { return earlier.overlaps(*place); });
}

Task<> Claims::wait(Place place) {
  while (!is_free(place)) {
    co_await Queued(waiting_);
  }
  co_return done;
}

void Claims::give_back(Place place) {
  queue_.erase(place);
  waiting_.move_to(ready_queue());
}

}  // namespace mortar::replicate
