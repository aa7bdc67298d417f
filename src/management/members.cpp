#include "management/members.h"

#include <fmt/format.h>

namespace mortar {

Result<Gfid> certified_member(const Pool& pool, const TlsPeer& peer) {
  const Gfid id = Gfid::parse(peer.unit).value_or(null_gfid);
  const Server* server = pool.server(id);
  const bool known = !pool.trust.pool.is_null() && peer.name == pool.trust.pool.text() && server != nullptr &&
                     server->public_key == peer.public_key;
  if (!known) return failed(EACCES, fmt::format("{} is not part of cluster", peer.unit));
  return id;
}

}  // namespace mortar
