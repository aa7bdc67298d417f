// The lists that a brick keeps of objects that need a healer: those whose copies it blames, those of which a change was
// under way when it was last written, and directories of which it has noted the names that others missed. It shows them
// as directories that have no name.
#pragma once

#include <string>
#include <vector>

#include "translators/replicate/healing.h"

namespace mortar::replicate {

enum class HealList { blamed, dirty, noted };

class HealIndex {
 public:
  // `healing` outlives this.
  explicit HealIndex(Healing& healing) : healing_(healing) {}

  // What is listed by that copy's brick, by its text.
  Task<std::vector<std::string>> entries(Copy copy, HealList list);
  // Nobody has it any more, or it is no object.
  Task<> strike(Copy copy, HealList list, std::string entry);

 private:
  Task<Gfid> directory(Copy copy, HealList list);

  Healing& healing_;
};

}  // namespace mortar::replicate
