// Copies that have given a lock. It goes with the connection that it came by, and whoever waits for it has it at that
// moment: what is done under a lock asks before each step whether it still stands.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "base/result.h"
#include "translators/replicate/volume.h"

namespace mortar::replicate {

class Locked {
 public:
  // `volume` outlives this. `copies`: which have it at this moment, or are about to be asked for it.
  Locked(const Volume& volume, Copies copies);
  // One has not given it; others have, too.
  void leave_out(Copy copy) { copies_.remove(copy); }
  void add(const Locked& others);
  // It is, or goes with, that of all names of a directory.
  void add_all_names_of(const Gfid& directory) { directories_.push_back(directory); }
  bool has_all_names_of(const Gfid& directory) const {
    return std::ranges::find(directories_, directory) != directories_.end();
  }

  // Who gave it.
  Copies copies() const { return copies_; }
  // Where it still stands.
  Copies standing() const;
  // ENOTCONN where it stands no more on one of them.
  Result<Done> check() const;

 private:
  const Volume* volume_;
  Copies copies_;
  std::array<std::uint32_t, most_copies> losses_{};
  std::vector<Gfid> directories_;
};

}  // namespace mortar::replicate
