// Requests and replies of all file operations.
#include "fuzz_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto entries = mortar::messages_of(true);
  mortar::fuzz_one_message(entries, mortar::fuzz_input(data, size));
  return 0;
}
