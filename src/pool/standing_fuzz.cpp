// The file that says which pool a server is in, after whatever happened to its disk.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "pool/standing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mortar;
  const Result<Standing> once = parse_standing({reinterpret_cast<const char*>(data), size});
  if (!once) return 0;
  const Result<Standing> twice = parse_standing(format_standing(*once));
  check(twice && *twice == *once, "what was written reads as the same");
  return 0;
}
