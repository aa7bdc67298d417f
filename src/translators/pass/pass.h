// Translators of stock volfiles that only make things faster: their place in the graph is kept, every
// operation passes on. So does cluster/distribute over one subvolume, which places every file there.
#pragma once

#include "translator/graph.h"

namespace mortar {

void add_pass_types(TranslatorTypes& types);

}  // namespace mortar
