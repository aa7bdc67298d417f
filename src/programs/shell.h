// The prompt of the gluster command: lines, each a command, until the input ends or says "quit" or "exit".
#pragma once

#include "command/commands.h"

namespace mortar::command {

// At a terminal lines are edited and remembered, and words completed. A script that comes by the standard input is
// asked nothing and ends with its first failure. The exit status is that of the last command.
Task<int> run_shell(World& world, Settings settings, Console& console, Session& session);

}  // namespace mortar::command
