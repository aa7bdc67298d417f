// What bricks tell of themselves in `volume status`: clients, memory, inodes, open files, calls. As text, and as XML.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "command/console.h"
#include "command/status_node.h"
#include "command/xml.h"

namespace mortar::command {

// Whether the command asks for such a part, which is then printed instead of the list of processes.
bool is_part(std::uint32_t command);
void print_part(Console& console, std::string_view volume, const std::vector<Node>& nodes, std::uint32_t command);
// Inside a running process's <node>; nothing where the command asks for none.
void write_part(Xml& xml, const Node& node, std::uint32_t command);

}  // namespace mortar::command
