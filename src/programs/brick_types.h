// The types of translators that a brick is made of.
#pragma once

#include "translator/graph.h"

namespace mortar {

void add_brick_types(TranslatorTypes& types);

}  // namespace mortar
