// Healing one object: what its copies say of each other is looked at, and those that missed something are made like
// those that are right. Whoever finds damage may call it, in any process; healers keep out of each other's way.
#pragma once

#include "translators/replicate/heal_content.h"
#include "translators/replicate/heal_entries.h"
#include "translators/replicate/split_brains.h"

namespace mortar::replicate {

// What of an object is healed.
struct HealedParts {
  bool content = true;
  bool attributes = true;
  bool names = true;
};

class Healer {
 public:
  // `volume` outlives this.
  explicit Healer(Volume& volume) : healing_(volume) {}

  // With what comes into being by it.
  Task<HealReport> heal(Gfid gfid, HealedParts parts = {});
  // What is to be said of an object that is listed as damaged: nothing is changed.
  Task<HealReport> diagnose(Gfid gfid);
  // One name that some copies lack though nobody is blamed, under the name's lock; where copies have different objects,
  // the policy says which is right. What came into being is to be healed when the lock has been given back. What has no
  // identity on any copy gets the one that is given.
  Task<std::vector<Gfid>> complete_name(Gfid directory, std::string name, Copies copies, Locked locked,
                                        std::optional<Gfid> identity = std::nullopt);
  // Whatever its names and its content are.
  Task<> heal_attributes(Gfid gfid);
  // What came into being, with all in it.
  Task<> heal_made(std::vector<Gfid> made);
  // Locks the name, and heals all of it; where copies of the directory are blamed, it is left to the heal of that, and
  // the answer is false.
  Task<bool> complete(Gfid directory, std::string name);

  // ---- Split brain.
  Task<Split> split_of(Gfid gfid) { return split_brains_.look(gfid); }
  // As the policy says, if it does; the heal is left to others. What it refuses is only logged.
  Task<> settle_by_policy(Gfid gfid);
  // Of an object by a command, and its heal. EIO with the reason where it is refused, else what prevents it.
  Task<> resolve(Gfid gfid, Ruling ruling);
  // Of a name under which the copies have different objects by a command; false where they do not. Errors as above.
  Task<bool> resolve_name(Gfid directory, std::string name, Ruling ruling);

  // ---- Some names, or the attributes, of one copy are made what they are on the others, so that it can take part in a
  // change of these. The caller has them locked; marks stay.
  Task<> catch_up_names(Gfid directory, std::vector<std::string> names, Copies sources, Copy behind, Locked locked);
  Task<> catch_up_attributes(Gfid gfid, Copies sources, Copy behind, Locked locked);

  // Of a file that is to lose its last name on copies, and may have others on those others: these keep it.
  Task<> keep_if_it_has_other_names(Place place, Copies copies, Copies others, Locked locked);
  // A directory has been made anew on `source`, empty: whether all of these copies kept it aside, and keep it no
  // longer. What they have in it loses its names, as by a heal. The caller has its name locked.
  Task<bool> give_up_aside(Gfid directory, Copies copies, Copy source, Locked locked);

  Healing& healing() { return healing_; }

 private:
  // With what is in it.
  Task<> clear_aside(Gfid directory, Copy copy, Copy source, const Locked& locked);
  Task<HealReport> heal_one(Gfid gfid, HealedParts parts, std::vector<Gfid>& made);
  // An object that a copy is blamed for and does not have, though nobody says that names are missing there: a client
  // that is not careful has renamed what was behind, and carried it to a name that is not noted anywhere.
  Task<bool> complete_name_of(Gfid gfid, Place place, const Testimony& testimony);
  // No copy is known to lack names that are in it.
  bool has_all_names(const Testimony& directory);
  Task<std::vector<Gfid>> resolve_locked(Gfid directory, std::string name, Ruling ruling, const Locked& locked,
                                         bool& differs);
  Ruling policy() { return Ruling::of_policy(healing_.volume().options.favorite_child_policy); }

  Healing healing_;
  MetadataHealer metadata_{healing_};
  ContentHealer content_{healing_, metadata_};
  EntryHealer entries_{healing_, metadata_};
  SplitBrains split_brains_{healing_, metadata_};
};

}  // namespace mortar::replicate
