// Which names a directory has, as long as this client has all of it locked: nobody else gives it names meanwhile, so
// what is not among them is nowhere, and no copy need be asked for it.
//
// Who makes a file looks for its name first, as the kernel does: a trip to all copies of the two or three that a small
// file takes; and so does who renames one. Names are asked for once, of one copy, when a second entry is made under one
// lock; a directory with more than fit into one answer stays unknown. One that was locked before it was made has none.
//
// A brick may have lost the lock, with the connection, before this client hears of it: what is known counts while
// `Volume::are_locks_certain`.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "translators/replicate/volume.h"

namespace mortar::replicate {

class KnownNames {
 public:
  // Then it forgets them.
  static constexpr std::size_t most = 65536;

  // That are made, or removed, under this lock: they may be there.
  void may_be_there(const std::vector<std::string>& names);
  // No copy has it any more, and nobody is about to make it: a change that does excludes the one that removed it.
  void is_gone(const std::string& name) { names_.erase(name); }
  // It is new, and all copies have made it under this lock.
  void are_none() { is_asked_for_ = is_complete_ = true; }
  // Counts an entry that was made. True once, for whoever asks for all names then.
  bool makes_listing_due();
  void learn(const std::vector<std::string>& all);
  bool lacks(const std::string& name) const { return is_complete_ && !names_.contains(name); }

 private:
  std::unordered_set<std::string> names_;
  std::size_t made_ = 0;
  bool is_asked_for_ = false;
  bool is_complete_ = false;
};

// Asks one copy, which is right, for the names of a directory.
Task<> learn_names(Volume& volume, Gfid directory, Copy copy, std::shared_ptr<KnownNames> names);

}  // namespace mortar::replicate
