// What a process knows, written into a file for people and scripts who ask for it with SIGUSR1: sections "[name]",
// lines "key=value", between DUMP-START-TIME and DUMP-END-TIME, in the names that scripts search for.
#pragma once

#include <string>
#include <string_view>

#include "runtime/world.h"
#include "translator/graph.h"

namespace mortar {

// One section for each translator of the graph: "[xlator.protocol.client.photos-client-0.priv]".
void dump_graph(const Graph& graph, std::string& out);

// Writes DIRECTORY/NAME.PID.dump.SECONDS with the sections given, and answers its path.
Task<std::string> write_state_dump(World& world, std::string directory, std::string name, std::string sections);

}  // namespace mortar
