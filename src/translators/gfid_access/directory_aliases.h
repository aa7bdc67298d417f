// Second identities of directories. The kernel knows a directory in one place only, so what is found in ".gfid" has to
// be another directory to it than what is found by its path.
//
// An alias is the gfid combined with a key: one that was forgotten and is given out again is the same one. Only those
// that were given out count, because any gfid may be that of an object. So many are remembered, the least used goes
// first: who comes with one that was forgotten gets ESTALE from the brick and looks the name up again.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <unordered_map>

#include "base/gfid.h"

namespace mortar {

class DirectoryAliases {
 public:
  explicit DirectoryAliases(Gfid key, std::size_t most = 65536) : key_(key), most_(most) {}

  Gfid give(const Gfid& directory);
  // The directory that an alias stands for; nothing where it is none.
  std::optional<Gfid> directory_of(const Gfid& alias);
  // The alias of a directory, where it was given out.
  std::optional<Gfid> given_for(const Gfid& directory) const;
  std::size_t size() const { return places_.size(); }

 private:
  Gfid combined(const Gfid& gfid) const;

  const Gfid key_;
  const std::size_t most_;
  std::list<Gfid> by_use_;  // the last used first
  std::unordered_map<Gfid, std::list<Gfid>::iterator> places_;
};

}  // namespace mortar
