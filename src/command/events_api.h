// gluster-eventsapi: webhooks and settings of events, as tables or as JSON.
#pragma once

#include <string>
#include <vector>

#include "base/task.h"
#include "command/console.h"
#include "command/session.h"

namespace mortar::command {

// The exit status, as GlusterFS's program has it.
Task<int> run_events_api(Console& console, Session& session, std::vector<std::string> words);

}  // namespace mortar::command
