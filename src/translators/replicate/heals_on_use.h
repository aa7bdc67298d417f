// Heals that a client begins itself when it finds that a copy is behind, where the volume wants that: in the
// background, and only so many at once. What it does not get to is left to the self-heal daemons.
#pragma once

#include <set>

#include "translators/replicate/healer.h"

namespace mortar::replicate {

class HealsOnUse {
 public:
  // Both outlive this.
  HealsOnUse(Volume& volume, Healer& healer) : volume_(volume), healer_(healer) {}

  // An object as it was looked at.
  void seen(const Iatt& object, const Evidence& evidence);

 private:
  // Waiting and being healed.
  static constexpr std::size_t most_waiting = 128;

  HealedParts wanted(const Iatt& object, const Evidence& evidence) const;
  Task<> heal(Gfid gfid, HealedParts parts);

  Volume& volume_;
  Healer& healer_;
  std::set<Gfid> begun_;
  std::size_t running_ = 0;
  WaitList turn_;
  TaskSet healing_;
};

}  // namespace mortar::replicate
