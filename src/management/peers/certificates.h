// Who is who among the servers that connect to each other, and by what they prove it.
#pragma once

#include "pool/pool.h"
#include "runtime/tls_stream.h"

namespace mortar {

// The server of the pool whose certificate it is. EACCES where the pool does not know it, or knows it by another key:
// a server that was detached has a certificate that is still whole.
Result<Gfid> certified_member(const Pool& pool, const TlsPeer& peer);

// Of the pool's authority, for a server of the pool.
Result<std::string> certificate_for(const Pool& pool, const Server& server);

}  // namespace mortar
