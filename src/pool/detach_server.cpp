#include "pool/detach_server.h"

#include <fmt/format.h>

#include <algorithm>

namespace mortar {

Result<Done> DetachServer::check(const Pool& pool) const {
  const Server* known = pool.server(server);
  if (known == nullptr) return failed(ENOENT, fmt::format("{} is not part of cluster", host));
  if (pool.servers.size() == 1) return failed(EINVAL, fmt::format("{} is localhost", host));
  const bool has_bricks = std::ranges::any_of(pool.volumes, [this](const Volume& volume) {
    return std::ranges::find(volume.bricks, server, &Brick::server) != volume.bricks.end();
  });
  if (has_bricks) {
    return failed(ENOTEMPTY,
                  fmt::format("Peer {} hosts one or more bricks. If the peer is in not recoverable state then use "
                              "either replace-brick or remove-brick command with force to remove all bricks from the "
                              "peer and attempt the peer detach again.",
                              host));
  }
  return done;
}

void DetachServer::apply(Pool& pool) const {
  const Gfid certificate = pool.server(server)->certificate;
  if (!certificate.is_null()) pool.trust.revoked.push_back(certificate);
  std::erase_if(pool.servers, [this](const Server& known) { return known.id == server; });
}

}  // namespace mortar
