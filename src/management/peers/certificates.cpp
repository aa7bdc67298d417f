#include "management/peers/certificates.h"

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

Result<std::string> certificate_for(const Pool& pool, const Server& server) {
  Holder holder{.pool = pool.trust.pool, .server = server.id, .hosts = server.names};
  holder.hosts.push_back(server.address);
  return issue_certificate(pool.trust.authority, holder, server.public_key, server.certificate);
}

}  // namespace mortar
