// Translators of stock brick volfiles whose features this release does not have. Their places in the graph are kept and
// every operation passes on; a volfile that switches one on is refused, so that nobody believes in a protection that is
// not there.
#pragma once

#include "translator/graph.h"

namespace mortar {

void add_switch_types(TranslatorTypes& types);

}  // namespace mortar
