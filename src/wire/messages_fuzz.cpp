// Everything but file operations: dump, handshake, portmap, callbacks, commands, brick operations.
#include "fuzz_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto entries = mortar::messages_of(false);
  mortar::fuzz_one_message(entries, mortar::fuzz_input(data, size));
  return 0;
}
