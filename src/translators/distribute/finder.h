// Finding names and objects: where the data of a file is, and a directory with all its copies. Everything that is found
// is remembered; a directory that is not alike on all subvolumes is healed on the way.
//
//   discover.cpp            objects by gfid
//   lookup.cpp              names, where they hash to
//   lookup_everywhere.cpp   names, where that does not settle it; standing.h
//   heal.cpp                directories that are not alike on all subvolumes
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "translators/cluster/fan_out.h"
#include "translators/distribute/heal_copies.h"
#include "translators/distribute/layouts.h"
#include "translators/distribute/link_files.h"
#include "translators/distribute/standing.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

// Where a name is to be changed.
struct NamePlace {
  DirectoryPointer parent;
  Place hashed = 0;
};

class Finder {
 public:
  // All outlive this.
  Finder(Volume& volume, LinkFiles& link_files, CopyHealer& copy_healer, Layouts& layouts)
      : volume_(volume), link_files_(link_files), copy_healer_(copy_healer), layouts_(layouts) {}

  // ---- Objects, discover.cpp.
  // From memory, else asked of all subvolumes. ESTALE where nobody has it; ENOTCONN where one that may have it is away.
  Task<Where> find(const Call& call, Gfid gfid);
  // As the subvolumes tell it now.
  Task<Where> find_again(const Call& call, Gfid gfid);
  // ENOTDIR where it is a file.
  Task<DirectoryPointer> find_directory(const Call& call, Gfid gfid);
  Task<DirectoryPointer> find_directory_again(const Call& call, Gfid gfid);
  Task<fop::Lookup::Reply> discover(const Call& call, const fop::Lookup& lookup);

  // ---- Names, lookup.cpp.
  // Its directory, and the subvolume that the name hashes to. ENOTCONN where that part of the layout is on one that is
  // away, EIO where nobody was given it.
  Task<NamePlace> place_of_name(const Call& call, Gfid parent, std::string entry);
  Task<fop::Lookup::Reply> look_up(const Call& call, const fop::Lookup& lookup);
  // What is believed to be a directory. `first`: what one of the subvolumes has answered already. The lookup is one
  // with OwnKeys.
  Task<fop::Lookup::Reply> look_up_directory(const Call& call, const fop::Lookup& lookup,
                                             std::optional<std::pair<Place, fop::Lookup::Reply>> first = std::nullopt);
  // What was in the way was a link file that led nowhere: the lookup has removed it.
  Task<bool> is_free_after_all(const Call& call, Gfid parent, std::string entry);
  // Whether a name that is not where it hashes to may be elsewhere.
  bool may_be_elsewhere(const Directory& parent) const;
  // Whether a name that is about to be made stands somewhere, though where it hashes to there may be nothing. Nobody is
  // asked where layouts are in order, or the name was just looked for.
  Task<bool> stands_elsewhere(const Call& call, DirectoryPointer parent, std::string entry);
  // What stands under the name on all subvolumes; link files that lead nowhere are removed, missing ones made. The
  // lookup is one with OwnKeys. lookup_everywhere.cpp.
  Task<fop::Lookup::Reply> look_up_everywhere(const Call& call, const fop::Lookup& lookup, std::optional<Place> hashed);

 private:
  // ---- lookup.cpp
  // The answer as the user gets it, remembered.
  fop::Lookup::Reply file_found(const fop::Lookup& lookup, Place place, fop::Lookup::Reply reply);
  Task<fop::Lookup::Reply> directory_found(const Call& call, const fop::Lookup& lookup,
                                           const AnswersOf<fop::Lookup>& answers);

  // ---- lookup_everywhere.cpp
  Task<> repair_links(const Call& call, const fop::Lookup& lookup, Place hashed, const Standing& standing,
                      const AnswersOf<fop::Lookup>& answers);
  Task<fop::Lookup::Reply> answer_from(const Call& call, const fop::Lookup& lookup, const Standing& standing,
                                       const AnswersOf<fop::Lookup>& answers);

  // ---- heal.cpp
  // `answers`: what each subvolume said to a lookup with OwnKeys. The directory as it is afterwards.
  Task<DirectoryPointer> learn_directory(const Call& call, const fop::Lookup& lookup,
                                         const AnswersOf<fop::Lookup>& answers);
  // EIO where the answers still contradict each other under the name's lock, and no rename is the cause; else ESTALE.
  Task<> refuse_contradiction(const Call& call, const fop::Lookup& lookup, std::string sentence);
  Task<> take_back_renames(const Call& call, NameIn name, const AnswersOf<fop::Lookup>& answers);
  // ESTALE, ENOENT or EIO where it is not the directory it was taken for. That a brick refuses is no failure: the
  // directory stays as it is.
  Task<> heal_directory(const Call& call, const fop::Lookup& lookup, DirectoryPointer directory);
  Task<> heal_if_there(const Call& call, NameIn name);
  Task<DirectoryPointer> look_up_path(const Call& call, DirectoryPointer directory);
  // Where the name hashes to; nothing where that is not known.
  Task<std::optional<Place>> hashed_place_of(const Call& call, const fop::Lookup& lookup);

  Volume& volume_;
  LinkFiles& link_files_;
  CopyHealer& copy_healer_;
  Layouts& layouts_;
  // Where renames are just being taken back.
  std::unordered_set<NameIn, NameIn::Hash> taking_back_;
};

}  // namespace mortar::distribute
