// The pool as the state directory of GlusterFS tells of it, from which a server takes it over in place.
//
// Each server reads its own directory. Where there are several servers, what they read is the same but for who each one
// is; the one with the smallest id founds the pool anew with what it has read, and lets the others in, which it knows
// (see peers/takeover.h).
#pragma once

#include <vector>

#include "management/places.h"
#include "pool/pool.h"
#include "runtime/world.h"

namespace mortar {

// Whether there is anything to take over.
Result<bool> holds_pool(FileSystem& files, const Places& places);

// Nothing is changed by it. The sentence of an error names the file and what to do: EINVAL for what is not understood,
// ENOTSUP for volumes of a kind that this release does not serve.
// `own_name`: of this server, where no volume has another one for it.
Result<Pool> read_stored_pool(FileSystem& files, const Places& places, const std::string& own_name);

// The other servers of this server's pool, as far as the files say.
std::vector<Server> stored_peers(FileSystem& files, const Places& places);

}  // namespace mortar
