// Every type of translator this release has. All programs know them all: a volume file of a brick can be mounted, too.
#pragma once

#include "translator/graph.h"
#include "translators/io_stats/io_stats.h"

namespace mortar {

// `folders`: of statistics files; by default none are written.
TranslatorTypes all_translator_types(IoStatsFolders folders = {});

}  // namespace mortar
