// Copies that have given a lock. It goes with the connection that it came by, and whoever waits for it has it at that
// moment: what is done under a lock asks before each step whether it still stands.
#pragma once

#include <array>

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
};

}  // namespace mortar::replicate
