#include "pool/found_pool.h"

namespace mortar {

Result<Done> FoundPool::check(const Pool& pool) const {
  if (!pool.trust.pool.is_null()) return failed(EEXIST, "This server is in a pool already");
  if (pool.server(first.id) == nullptr) {
    return failed(EINVAL, "Only a server that is alone can found a pool");
  }
  return done;
}

void FoundPool::apply(Pool& pool) const {
  for (Server& other : pool.servers) other.invited = true;
  Server& server = *pool.server(first.id);
  std::vector<std::string> names = std::move(server.names);
  server = first;
  server.names = std::move(names);
  server.invited = false;
  server.votes = true;
  pool.trust = trust;
}

Result<Done> DissolvePool::check(const Pool& pool) const {
  if (pool.servers.size() != 1) return failed(EBUSY, "There are other servers in the pool");
  return done;
}

void DissolvePool::apply(Pool& pool) const {
  pool.trust = {};
  Server alone;
  alone.id = pool.servers.front().id;
  alone.names = std::move(pool.servers.front().names);
  pool.servers.front() = std::move(alone);
}

}  // namespace mortar
