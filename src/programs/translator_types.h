// Every type of translator this release has. All programs know them all: a volume file of a brick can be mounted, too.
#pragma once

#include "translator/graph.h"

namespace mortar {

TranslatorTypes all_translator_types();

}  // namespace mortar
