#include "programs/brick_types.h"

#include "translators/pass/pass.h"
#include "translators/read_only/read_only.h"
#include "translators/server/server.h"
#include "translators/switches/switches.h"

namespace mortar {

void add_brick_types(TranslatorTypes& types) {
  add_pass_types(types);
  add_switch_types(types);
  types.emplace("features/read-only", ReadOnly::make);
  types.emplace("protocol/server", Server::make);
}

}  // namespace mortar
