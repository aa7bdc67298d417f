// Changes of one object that must reach all copies in one order: those that touch the same bytes, or the same names,
// go one after the other, as they came.
#pragma once

#include <cstdint>
#include <limits>
#include <list>
#include <string>
#include <vector>

#include "base/event.h"

namespace mortar::replicate {

// Some bytes of a file, or some names of a directory; everything where it names none of either.
struct Claim {
  std::uint64_t first = 0;
  std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::string> names;

  bool overlaps(const Claim& other) const;
};

class Claims {
 public:
  using Place = std::list<Claim>::iterator;

  // Waits until no earlier one overlaps.
  Task<> wait(Place place);
  // At the end of the queue; to be waited for, and given back in any case.
  Place add(Claim claim) { return queue_.insert(queue_.end(), std::move(claim)); }
  void give_back(Place place);

 private:
  bool is_free(Place place);

  std::list<Claim> queue_;
  WaitList waiting_;
};

}  // namespace mortar::replicate
