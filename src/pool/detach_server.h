// peer detach: a server leaves the pool, and what it has of the pool's keys counts no more.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct DetachServer {
  std::string host;  // as the administrator called it; resolved by the caller where no server is called so
  Gfid server;

  // Stock's words. A server with bricks stays, whatever is forced.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
