// Volfiles come over the network too.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "translator/volfile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mortar;
  Result<Volfile> once = parse_volfile({reinterpret_cast<const char*>(data), size});
  if (!once) return 0;
  check(!once->sections.empty(), "a volfile has a top");
  Result<Volfile> twice = parse_volfile(format_volfile(*once));
  check(twice && *twice == *once, "what was formatted parses to the same");
  return 0;
}
