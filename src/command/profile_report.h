// What the bricks of a volume measured, as `volume profile NAME info` shows it: as text and as XML.
#pragma once

#include "base/dictionary.h"
#include "command/console.h"
#include "command/xml.h"

namespace mortar::command {

void print_profile(Console& console, const Dictionary& values);
// The bricks, inside <volProfile>.
void write_profile(Xml& xml, const Dictionary& values);

}  // namespace mortar::command
