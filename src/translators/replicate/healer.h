// Healing one object: what its copies say of each other is looked at, and those that missed something are made like
// those that are right. Whoever finds damage may call it, in any process; healers keep out of each other's way.
#pragma once

#include "translators/replicate/heal_content.h"
#include "translators/replicate/heal_entries.h"

namespace mortar::replicate {

class Healer {
 public:
  // `volume` outlives this.
  explicit Healer(Volume& volume) : healing_(volume) {}

  // With what comes into being by it.
  Task<HealReport> heal(Gfid gfid);
  // What is to be said of an object that is listed as damaged: nothing is changed.
  Task<HealReport> diagnose(Gfid gfid);
  // One name that some copies lack though nobody is blamed, under the name's lock.
  Task<> complete_name(Gfid directory, std::string name, Copies copies);
  // The same, and locks it; where copies of the directory are blamed, it is left to the heal of that.
  Task<> complete(Gfid directory, std::string name);
  // Some names, or the attributes, of one copy are made what they are on the others, so that it can take part in a
  // change of these. The caller has them locked; marks stay.
  Task<> catch_up_names(Gfid directory, std::vector<std::string> names, Copies sources, Copy behind);
  Task<> catch_up_attributes(Gfid gfid, Copies sources, Copy behind);
  // No mark is left: the brick is told so, and strikes it from its list.
  Task<> strike(Gfid gfid, Copy copy);
  Healing& healing() { return healing_; }

 private:
  Task<HealReport> heal_one(Gfid gfid, std::vector<Gfid>& made);

  Healing healing_;
  MetadataHealer metadata_{healing_};
  ContentHealer content_{healing_, metadata_};
  EntryHealer entries_{healing_, metadata_};
};

}  // namespace mortar::replicate
