// The most used files of each brick, as `volume top` shows them: as text and as XML.
#pragma once

#include "base/dictionary.h"
#include "command/console.h"
#include "command/xml.h"

namespace mortar::command {

void print_top(Console& console, const Dictionary& values);
// Inside <volTop>.
void write_top(Xml& xml, const Dictionary& values);

}  // namespace mortar::command
