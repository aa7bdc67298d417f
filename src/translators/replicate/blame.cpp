#include "translators/replicate/blame.h"

namespace mortar::replicate {

std::vector<Copies> accusers(const std::vector<Marks>& marks, Copies witnesses, Slot slot) {
  std::vector<Copies> accusers(marks.size());
  for (const Copy witness : witnesses.list()) {
    const std::vector<Counts>& missed = marks[witness].missed;
    for (Copy other = 0; other < missed.size(); ++other) {
      if (other != witness && is_marked(missed[other], slot)) accusers[other].add(witness);
    }
  }
  return accusers;
}

Copies not_behind(const std::vector<Copies>& accusers, Copies present, Copies useful, const Quorum& quorum) {
  Copies right;
  for (const Copy copy : present.list()) {
    if (accusers[copy].empty()) right.add(copy);
  }
  if (!(right & useful).empty() || !quorum.is_required()) return right;
  // Who says nothing may blame it, too.
  const Copies silent = Copies::first(accusers.size()) - present;
  for (const Copy copy : present.list()) {
    if (!quorum.is_met(accusers[copy] | silent)) right.add(copy);
  }
  return right;
}

}  // namespace mortar::replicate
