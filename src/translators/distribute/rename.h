// One rename under way: what stands under the two names, the locks, and then the steps, which differ by where the names
// hash to and where the data is.
//
//   rename_look.cpp       what stands under a name: from memory, and as the subvolumes tell it
//   rename_locks.h        the locks
//   rename.cpp            one attempt after the other, until what was locked is what is found under the locks
//   rename_file.cpp       the steps for a file
//   rename_directory.cpp  the steps for a directory
#pragma once

#include <optional>
#include <vector>

#include "translators/distribute/emptiness.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/heal_copies.h"
#include "translators/distribute/link_files.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/rename_locks.h"

namespace mortar::distribute {

class Renaming {
 public:
  // All outlive this.
  Renaming(Volume& volume, LinkFiles& link_files, Finder& finder, CopyHealer& copy_healer, Emptiness& emptiness,
           const Call& call, const fop::Rename& rename);
  // Once.
  Task<fop::Rename::Reply> run();

 private:
  struct Thing {
    Gfid gfid;                   // null: nothing
    std::optional<Place> place;  // of a file's data
    bool is_directory = false;
    friend bool operator==(const Thing&, const Thing&) = default;
  };
  // One of the two names.
  struct Side {
    NameIn name;
    DirectoryPointer parent;
    Place hashed = 0;
    // What stands there, remembered or as it was last seen.
    Thing thing;
    // As it was last seen.
    bool lacks_link = false;  // there is data, and nothing that leads to it from where the name hashes to
    Iatt iatt;
    Iatt parent_iatt;
    AnswersOf<fop::Lookup> answers;  // by subvolume; ENOENT where it was not asked
    std::vector<bool> asked;
  };
  enum class LinkMove { done, refused, unknown };

  // ---- rename_look.cpp
  Task<> find_parent(Side& side);
  void recall(Side& side);
  fop::Lookup lookup_of(const Side& side) const;
  Task<> look();
  Task<> look_unlocked();
  Task<> look_at(Side& side, std::vector<Place> places);
  Task<> ask(Side& side, std::vector<Place> places);
  // What the answers so far leave open.
  std::vector<Place> places_left(const Side& side) const;
  Result<Done> learn(Side& side);

  // ---- rename.cpp
  // Nothing where it has to be tried again: somebody has a lock, or something else stands there than was locked.
  Task<std::optional<fop::Rename::Reply>> attempt(RenameLocks& locks);
  Task<bool> take(RenameLocks& locks);
  // The parent's sticky bit leaves it to the owners.
  bool may_take_away(const Side& side) const;
  bool is_exempt() const { return call_.uid == 0 || call_.is_internal(); }
  fop::Rename::Reply nothing_to_do() const;
  // Something of it has happened and stays: what says that nothing has would be a lie.
  Error half_done(const Error& error) const;
  void remember();

  // ---- rename_file.cpp
  Place data() const { return *from_.thing.place; }
  bool is_same_parent() const { return rename_.old_parent == rename_.new_parent; }
  Task<fop::Rename::Reply> rename_file();
  Task<fop::Rename::Reply> rename_at_one();
  Task<fop::Rename::Reply> rename_over_neighbour();
  Task<> replace_link_file();
  Task<fop::Rename::Reply> rename_across();
  Task<fop::Rename::Reply> rename_data();
  Task<> make_second_name(fop::Made& made);
  Task<> check_old_parent();
  Task<> make_link_file();
  Task<LinkMove> move_link_file(Error& error);
  Task<LinkMove> how_link_file_moved();
  Task<> take_back_second_name();
  Task<> take_back_link_file();
  Task<> remove_old_name(fop::Changed& removed);
  Task<> remove_old_link_file();
  Task<> remove_overwritten(Dictionary& xdata);

  // ---- rename_directory.cpp
  Task<fop::Rename::Reply> rename_directory();
  Task<> rename_copies(std::vector<Place> places, std::vector<Place>& renamed, fop::Rename::Reply& reply);
  Result<Done> check_whole();
  std::vector<Place> copies_of(const Side& side) const;
  Task<> make_way();
  Task<> take_back_directory(std::vector<Place> places);

  Volume& volume_;
  LinkFiles& link_files_;
  Finder& finder_;
  CopyHealer& copy_healer_;
  Emptiness& emptiness_;
  const Call& call_;
  const fop::Rename& rename_;
  // For what distribute does on its own account, with the times of the user's operation.
  Call root_;
  Side from_, to_;
  bool waits_for_locks_ = false;
  bool made_second_name_ = false, made_link_file_ = false;
  bool is_half_done_ = false;
  // Once the locks are given back: as the lookup of a user does it.
  bool heals_ = false;
  bool layout_changed_ = false;  // what was believed of a parent: it is to be read again
  bool was_healed_ = false;
  bool tries_again_ = false;
  MergedIatt renamed_as_;  // of a directory, as its copies say
};

}  // namespace mortar::distribute
