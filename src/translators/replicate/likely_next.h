// Whether who makes something goes on with what wants a lock on it: who makes a file changes its attributes, as tar
// does; who makes a directory puts something into it. Then it is locked when it is made.
#pragma once

#include <algorithm>

namespace mortar::replicate {

class LikelyNext {
 public:
  bool is_likely() const { return credit_ > 0; }
  void came() { credit_ = std::min(credit_ + for_coming, most_credit); }
  void stayed_away() { credit_ = std::max(credit_ - 1, 0); }

 private:
  static constexpr int most_credit = 16;
  static constexpr int for_coming = 2;
  int credit_ = 0;
};

}  // namespace mortar::replicate
