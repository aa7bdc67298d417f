// Who left the pool and has to hear of it before the last server gives the pool up: nobody else could tell it. Who has
// heard of it is in the pool no more, which it tells everybody who asks.
#pragma once

#include <map>
#include <vector>

#include "pool/pool.h"
#include "runtime/world.h"

namespace mortar {

class Farewells {
 public:
  // Every document that counts, in their order.
  void learn(const Pool& pool, Instant now);
  // Asks those that are waited for.
  Task<> ask(World& world, std::uint16_t port);
  // Nobody is waited for, or no longer.
  bool are_over(Instant now) const;

 private:
  struct Former {
    Server server;
    Instant until;
  };
  bool begun_ = false;
  Gfid pool_;
  std::map<Gfid, Server> members_;
  std::map<Gfid, Former> waited_for_;
};

}  // namespace mortar
