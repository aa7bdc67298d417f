// A client that drops locks and goes: what `volume clear-locks` runs. It asks each brick of the volume for itself, as a
// lock is on some of them only, and prints what each has dropped, one line a brick.
#pragma once

#include <string>

#include "programs/client_options.h"
#include "programs/volfile_source.h"
#include "runtime/real_world.h"
#include "translator/graph.h"

namespace mortar {

// `told` becomes what is to be printed. ENOENT where no brick that can be reached has the path.
Task<> clear_locks(RealWorld& world, const ClientOptions& options, const TranslatorTypes& types, VolfileSource& source,
                   std::string& told);

}  // namespace mortar
