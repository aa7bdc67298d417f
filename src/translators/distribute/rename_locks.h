// The locks of a rename, and of making and removing a directory: on the files that may be on their way to another
// subvolume, and on the names, each where it hashes to. Stock clients ask for one after the other, in one order that
// all share. Here all are asked for at once, without waiting, which nearly always is the only round trip; where
// somebody has one of them, what was got is given back and they are asked for in the order of stock.
//
//   auto locks = std::make_unique<RenameLocks>(call, owners, volume.children());
//   locks->add_file(place, gfid, true);
//   locks->add_name(place, {parent, name});
//   co_await tried(locks->take());
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "translators/cluster/locks.h"
#include "translators/cluster/recent.h"
#include "translators/distribute/memory.h"

namespace mortar::distribute {

class RenameLocks {
 public:
  RenameLocks(const Call& call, LockOwners& owners, const std::vector<Translator*>& subvolumes);
  ~RenameLocks();

  // `required`: else it may be gone by now.
  void add_file(Place place, const Gfid& gfid, bool required);
  void add_name(Place place, NameIn name);
  // Whether a directory may get into another one depends on all directories above, and subvolumes are to see it alike.
  void add_moves_of_directories() { with_moves_ = true; }

  // False: somebody has one of them. What was got is held until it is given back, as after an error.
  Task<bool> take_at_once();
  Task<> take_in_order();
  // At once where nobody has one of them, else in the order of stock.
  Task<> take();
  Task<> release() { return held_.release(); }

 private:
  struct File {
    Place place;
    Gfid gfid;
    bool required;
  };
  struct Name {
    Place place;
    NameIn name;
    bool needs_layout;  // an other name of the same directory on the same subvolume has not asked for it already
  };
  class WithoutWaiting;

  void put_in_order();
  Task<> lock_file(Translator& subvolume, File file);
  Task<> lock_layout(Translator& subvolume, Gfid directory);
  Task<> lock_name(Translator& subvolume, NameIn name);
  Task<> lock_moves(Translator& first);

  const std::vector<Translator*>& subvolumes_;
  std::vector<std::unique_ptr<WithoutWaiting>> impatient_;  // by subvolume
  LockSet held_;
  std::vector<File> files_;
  std::vector<Name> names_;
  bool with_moves_ = false;
};

}  // namespace mortar::distribute
