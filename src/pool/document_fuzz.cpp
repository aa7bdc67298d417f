// The pool's document comes from a disk and from other servers, and everything is begun from it.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "pool/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mortar;
  const Result<Pool> once = parse_pool({reinterpret_cast<const char*>(data), size});
  if (!once) return 0;
  const Result<Pool> twice = parse_pool(format_pool(*once));
  check(twice && *twice == *once, "what was written reads as the same");
  return 0;
}
