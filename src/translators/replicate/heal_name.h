// Making one name in a directory alike, while the name is locked: what the right copies have under it is made where it
// is missing, what they do not have goes.
#pragma once

#include "translators/replicate/heal_identity.h"
#include "translators/replicate/heal_moves.h"
#include "translators/replicate/heal_removal.h"

namespace mortar::replicate {

class NameHealer {
 public:
  // Both outlive this.
  NameHealer(Healing& healing, MetadataHealer& metadata)
      : healing_(healing), volume_(healing.volume()), metadata_(metadata) {}

  // `testimony`: of the name, since it was locked.
  Task<> heal(DirectoryJob& job, std::string name, Testimony testimony, const Locked& locked);

 private:
  Result<Copy> choose_source(const DirectoryJob& job, const Testimony& testimony, Copies candidates) const;
  // All copies get what the source has.
  Task<> spread(DirectoryJob& job, const std::string& name, const Testimony& testimony, Copy source,
                const Locked& locked);
  Task<> make(DirectoryJob& job, const MissingName& missing, const Locked& locked);
  std::string contradiction_of(const std::string& name, const Testimony& testimony, Copies copies) const;

  Healing& healing_;
  Volume& volume_;
  MetadataHealer& metadata_;
  ObjectMaker maker_{healing_, metadata_};
  IdentityHealer identities_{healing_, maker_};
  HealAside aside_{healing_, metadata_};
  NameRemover remover_{healing_, metadata_, aside_};
  NameMover mover_{healing_, metadata_, aside_};
};

}  // namespace mortar::replicate
