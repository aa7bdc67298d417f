// Who left the pool and has to hear of it before the last server gives the pool up: nobody else could tell it.
#pragma once

#include <map>

#include "pool/pool.h"
#include "runtime/world.h"

namespace mortar {

class Farewells {
 public:
  // Every document that counts, in their order.
  void learn(const Pool& pool, Instant now);
  // A former member has been told. It goes on asking until it has done what follows from that.
  void told(const Gfid& server, Instant now);
  // Nobody is waited for, or no longer.
  bool are_over(Instant now) const;

 private:
  bool begun_ = false;
  std::map<Gfid, bool> members_;   // whether it was only invited
  std::map<Gfid, Instant> until_;  // who is waited for
};

}  // namespace mortar
