// The state dump of a process that is a client: what a SIGUSR1 asks for.
#pragma once

#include <string>

#include "runtime/world.h"

namespace mortar {

// Writes DIRECTORY/glusterdump.PID.dump.SECONDS: the process' memory, then `sections`. Where it cannot, the log says
// so: nobody waits for an answer.
Task<> dump_process(World& world, std::string directory, std::string sections);

}  // namespace mortar
