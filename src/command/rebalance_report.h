// How far the servers are with a rebalance: as text and as XML.
#pragma once

#include "command/answer_index.h"
#include "command/console.h"
#include "command/xml.h"

namespace mortar::command {

void print_rebalance(Console& console, const AnswerIndex& values);
// Inside the element of the command.
void write_rebalance(Xml& xml, const AnswerIndex& values);

}  // namespace mortar::command
