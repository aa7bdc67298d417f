#include "programs/translator_types.h"

#include "translators/pass/pass.h"
#include "translators/utime/utime.h"

namespace mortar {

TranslatorTypes all_translator_types() {
  TranslatorTypes types;
  add_pass_types(types);
  types.emplace("features/utime", Utime::make);
  return types;
}

}  // namespace mortar
