// Making the names in directories alike, name by name under the lock of each: what the right copies have is made where
// it is missing, what they do not have goes.
//
// What is new on a copy is blamed by the right ones for all of its content before it is made, so that nobody reads it
// before it is healed. What has lost its name is kept aside in a directory that no user sees, as long as the right
// copies have it elsewhere, or may have elsewhere what is in it: a rename is healed as a rename.
#pragma once

#include <set>

#include "translators/replicate/heal_metadata.h"
#include "translators/replicate/ruling.h"

namespace mortar::replicate {

class EntryHealer {
 public:
  // Both outlive this.
  EntryHealer(Healing& healing, MetadataHealer& metadata)
      : healing_(healing), volume_(healing.volume()), metadata_(metadata) {}

  // `made`: what came into being on a copy, without its content.
  Task<HealReport> heal(Gfid directory, std::vector<Gfid>& made);
  // Names that the caller has locked: all copies get what is right of them. Where `sources` are `sinks`, that is what
  // one has, and the ruling says it where they have different objects. What came into being lacks its content. EIO
  // where nothing is right, with the ruling's reason. `identity`: for what has none on any copy.
  Task<std::vector<Gfid>> heal_names(Gfid directory, std::vector<std::string> names, Copies sources, Copies sinks,
                                     Ruling ruling, Locked locked, std::optional<Gfid> identity = std::nullopt);

 private:
  struct Job {
    Gfid directory;
    Testimony testimony;
    Direction direction;
    Ruling ruling;
    std::string refused;  // why it did not say which of several objects is right
    std::optional<Gfid> identity;
    bool merges = false;
    bool is_of_all = false;                    // rather than of names that somebody is waiting for
    std::vector<std::pair<Copy, Gfid>> lists;  // where right copies have noted which names were changed
    std::set<std::string> names;               // to look at
    HealReport report;
    std::vector<Gfid> made;
  };

  Task<HealReport> heal_alone(Gfid directory, std::vector<Gfid>& made, const Locked& mine);
  Task<bool> decide(Job& job, const Locked& locked);
  Task<> end(Job& job, const Locked& locked);
  Task<> check_notes(Job& job);
  Task<> find_names(Job& job);
  // The names that the right copies have noted as changed. False where all names have to be looked at.
  Task<bool> find_noted_names(Job& job);
  Task<std::optional<Gfid>> list_of_changes(Copy copy, Gfid directory);
  Task<> heal_name(Job& job, std::string name);
  Task<> heal_name_unless_changed(Job& job, std::string name, const Locked& locked);
  // `testimony`: of the name, since it was locked.
  Task<> heal_name_locked(Job& job, std::string name, Testimony testimony, const Locked& locked);
  Task<> strike_name(Job& job, std::string name);

  // What copies have under the name without identity, as a crash leaves it or somebody puts it on a brick, becomes what
  // the right copies have there, and is blamed for all of it; or it gets an identity of its own, and is in the way.
  // `testimony` is what they say then.
  Task<> identify(Job& job, const std::string& name, Testimony& testimony, const Locked& locked);
  Task<> identify_as(Job& job, Copy copy, std::string name, Copies right, Iatt object, const Locked& locked);
  Task<> give_identity(Gfid directory, std::string name, Copy copy, Gfid identity, const Locked& locked);
  // Whether that of a copy is not what counts, whatever it is.
  bool is_in_the_way(const Job& job, const Testimony& testimony, Copy copy, Copies alike) const;

  std::string contradiction_of(const std::string& name, const Testimony& testimony, Copies copies);
  Result<Copy> source_of_name(const Job& job, const Testimony& testimony, Copies right) const;
  // `right`: the copies that are right about the name.
  Task<> expunge(Job& job, Copy sink, std::string name, Iatt there, Copies right, const Locked& locked);
  Task<> put_aside(Copy sink, Gfid directory, std::string name, Gfid object, const Locked& locked);
  // Keeps it aside no longer, where it has another name.
  Task<> forget_aside(Copy sink, Gfid object, const Locked& locked);
  Task<> make(Job& job, Copy sink, std::string name, Copies right, Iatt object, const Locked& locked);
  // Whether it was moved from where only this copy has it still, in a directory that is gone: nobody heals that.
  Task<bool> take_from_what_is_gone(Copy sink, Gfid directory, std::string name, Copy source, Gfid object,
                                    const Locked& locked);
  // A directory of which copies that are right have different names, as a rename of it came to no end: the name that
  // more copies have counts. False where that is another one.
  Task<bool> take_from_fewer(Copy sink, Gfid directory, std::string name, Copy source, Gfid object,
                             const Locked& locked);
  // A file's only name on that copy, which the right ones do not have: it would be a second one.
  Task<bool> take_from_wrong_name(Copy sink, Gfid directory, std::string name, Copy source, Gfid object,
                                  const Locked& locked);
  Task<bool> is_wrong_name(const Place& place, Copy sink, Copy source, Gfid object, const Locked& locked);
  // Who has the object under that name.
  Task<Copies> holders_of(Gfid directory, std::string name, Gfid object, Copies copies);
  Task<Locked> lock_soon(const LockedThing& thing, bool& is_taken);
  // A name of the copy is taken for that one.
  Task<> move_from(Copy sink, Place place, Gfid directory, std::string name, Copy source, Gfid object,
                   const Locked& locked);
  Task<> make_new(Job& job, Copy sink, std::string name, Copies right, Iatt object, const Locked& locked);
  Task<> blame_for_new(Job& job, Copy sink, Iatt object, Copies witnesses, const Locked& locked);
  Task<std::optional<Iatt>> object_on(Copy copy, Gfid gfid);

  Healing& healing_;
  Volume& volume_;
  MetadataHealer& metadata_;
};

}  // namespace mortar::replicate
