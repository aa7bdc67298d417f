// Whether who makes a file changes its attributes next, as tar does: then they are locked when it is made.
#pragma once

#include <algorithm>

namespace mortar::replicate {

class AttributesFollow {
 public:
  bool is_likely() const { return credit_ > 0; }
  void changed() { credit_ = std::min(credit_ + for_a_change, most_credit); }
  void left_alone() { credit_ = std::max(credit_ - 1, 0); }

 private:
  static constexpr int most_credit = 16;
  static constexpr int for_a_change = 2;
  int credit_ = 0;
};

}  // namespace mortar::replicate
