// Which names of a directory a heal looks at: those that bricks have noted as missed by others, where all right copies
// have such a list, and the volume wants that (granular-entry-heal); else all that there are.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "translators/replicate/heal_job.h"

namespace mortar::replicate {

struct NamesToHeal {
  std::set<std::string> names;
  std::vector<std::pair<Copy, Gfid>> lists;  // where right copies have noted which names were changed
};

class HealNotes {
 public:
  // `healing` outlives this.
  explicit HealNotes(Healing& healing) : healing_(healing), volume_(healing.volume()) {}

  Task<NamesToHeal> find(const DirectoryJob& job);
  // EAGAIN where others have been noted since.
  Task<> check(const NamesToHeal& to_heal);
  // The name has been looked at.
  Task<> strike(const DirectoryJob& job, const NamesToHeal& to_heal, std::string name);

 private:
  // False where all names have to be looked at.
  Task<bool> find_noted(const DirectoryJob& job, NamesToHeal& to_heal);
  Task<std::optional<Gfid>> list_of(Copy copy, Gfid directory);

  Healing& healing_;
  Volume& volume_;
};

}  // namespace mortar::replicate
