// What glusterd runs before a brick comes into a set of copies (management/new_copies.h): a client of the volume as it
// will be, in which the new brick's client is down. It sets trusted.replace-brick to the name of that client on the
// root; cluster/replicate obeys by writing on the other copies that this one needs everything.
#pragma once

#include "programs/client_options.h"
#include "programs/volfile_source.h"
#include "runtime/real_world.h"
#include "translator/graph.h"

namespace mortar {

// The error's sentence says why they could not be told.
Task<> tell_of_new_copies(RealWorld& world, const ClientOptions& options, const TranslatorTypes& types,
                          VolfileSource& source);

}  // namespace mortar
