// How new a member of the pool, or a client, must be for a volume: as new as the newest option that is set. And how new
// the members are.
#pragma once

#include "base/result.h"
#include "pool/pool.h"

namespace mortar {

void update_op_versions(Volume& volume);

// What every server of the pool can do.
std::uint32_t newest_op_version_of(const Pool& pool);

// A server that was upgraded can do more than the pool knows.
struct TellOpVersion {
  Gfid server;
  std::uint32_t newest = newest_op_version;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
