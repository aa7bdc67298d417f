// Making the names in directories alike, name by name under the lock of each (heal_name.h). Another healer at the same
// directory is kept out all the while; the directory's own lock is held only to decide, and at last to copy its times.
#pragma once

#include "translators/replicate/heal_name.h"
#include "translators/replicate/heal_notes.h"

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
  Task<HealReport> heal_alone(Gfid directory, std::vector<Gfid>& made, const Locked& mine);
  // Whether there is anything to do.
  Task<bool> decide(DirectoryJob& job, const Locked& locked);
  Task<> heal_each(DirectoryJob& job, const NamesToHeal& to_heal);
  Task<> heal_name(DirectoryJob& job, const NamesToHeal& to_heal, std::string name);
  Task<> heal_name_unless_changed(DirectoryJob& job, std::string name, const Locked& locked);
  Task<> end(const DirectoryJob& job, const NamesToHeal& to_heal, const Locked& locked);

  Healing& healing_;
  Volume& volume_;
  MetadataHealer& metadata_;
  HealNotes notes_{healing_};
  NameHealer names_{healing_, metadata_};
};

}  // namespace mortar::replicate
