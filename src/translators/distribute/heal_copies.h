// Making the copies of a directory alike: missing ones are made, owner, mode and the attributes that all have alike are
// those of the leader.
//
// What is done for a copy that a brick refuses is told to the log, and is no failure: the directory stays as it is
// there, and nobody tries again for a while (refused_heals.h).
#pragma once

#include <optional>
#include <vector>

#include "translators/cluster/fan_out.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class CopyHealer {
 public:
  // `volume` outlives this.
  explicit CopyHealer(Volume& volume) : volume_(volume) {}

  // The directory that was looked up by name, and its name hashes to `hashed`. `directory` is what it is afterwards.
  // ESTALE or ENOENT where another one has the name now or none has, EIO where the copies contradict each other.
  // Copies that had another name were brought: those names, where another directory may lack a copy by now.
  Task<std::vector<NameIn>> heal_copies(const Call& call, const fop::Lookup& lookup, Place hashed,
                                        DirectoryPointer directory);
  // The root is there from the beginning, has no name and no leader.
  Task<> heal_root(const Call& call, DirectoryPointer directory);
  // The copies that are gone, as they were: what a removal took and could not finish. Under the lock of the name.
  Task<> restore_copies(const Call& call, const fop::Lookup& lookup, const AnswersOf<fop::Lookup>& before,
                        std::vector<Place> gone);
  // What one subvolume calls a directory; nothing where it has no such.
  Task<std::optional<NameIn>> name_at(const Call& call, Gfid gfid, Place place);

 private:
  struct CopyHealing;
  Task<> heal_copies_locked(const Call& call, const fop::Lookup& lookup, Place hashed, DirectoryPointer directory,
                            std::vector<NameIn>& left);
  Task<bool> heal_these(const Call& call, const fop::Lookup& lookup, const fop::Lookup::Reply& source,
                        std::vector<CopyHealing>& healings, Directory& directory);
  Task<> heal_copy(const Call& call, const fop::Lookup& lookup, const fop::Lookup::Reply& source, CopyHealing& healing);
  // Makes a copy like `source`; nothing of its layout but `stored`, where there is something.
  Task<> make_copy(const Call& call, const fop::Lookup& lookup, const fop::Lookup::Reply& source, Place place,
                   bool leads, std::optional<StoredRange> stored);
  // A copy that is there under another name, left of a rename half way, gets this one. Its old name; nothing where
  // there is none.
  Task<std::optional<NameIn>> bring_copy(const Call& call, const fop::Lookup& lookup, Gfid gfid, Place place);
  Task<> set_leader_count(const Call& call, Gfid gfid, Place leader);
  // With the keys of everything that a new copy gets from another.
  fop::Lookup with_copied_keys(const fop::Lookup& lookup) const;
  void note_refusal(const Gfid& gfid, Place place, const Error& error);

  Volume& volume_;
};

}  // namespace mortar::distribute
