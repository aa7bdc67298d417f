// One volume's status as the daemon tells it, as text and as XML.
#pragma once

#include "base/dictionary.h"
#include "command/console.h"
#include "command/xml.h"

namespace mortar::command {

void print_status(Console& console, const Dictionary& values);
// Inside <volumes>.
void write_status(Xml& xml, const Dictionary& values);

}  // namespace mortar::command
