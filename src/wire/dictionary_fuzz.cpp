// Both forms of a dictionary. The first byte chooses.
#include "fuzz_message.h"

namespace mortar {
namespace {

void fuzz_typed(Slice bytes) {
  Dictionary once;
  if (!decode_whole(std::move(bytes), once)) return;
  const std::string wire = encode_flat(once);
  Dictionary twice;
  check(decode_whole(Slice::copy(wire), twice) && encode_flat(twice) == wire, "typed dictionaries are stable");
  for (const auto& [key, value] : once) {
    check(!key.contains('\0'), "keys are text");
    static_cast<void>(number_of(value));
    static_cast<void>(text_of(value));
    static_cast<void>(bytes_of(value));
  }
  // Whatever came typed may have to leave untyped.
  Dictionary legacy;
  check(decode_legacy(Slice::own(encode_legacy(once)), legacy) && legacy.size() == once.size(),
        "every dictionary has an untyped form");
}

void fuzz_legacy(Slice bytes) {
  Dictionary once;
  if (!decode_legacy(std::move(bytes), once) || !once.present()) return;
  const std::string wire = encode_legacy(once);
  Dictionary twice;
  check(decode_legacy(Slice::copy(wire), twice) && twice == once, "untyped dictionaries are stable");
}

}  // namespace
}  // namespace mortar

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  mortar::Slice bytes = mortar::fuzz_input(data + 1, size - 1);
  if ((data[0] & 1) != 0) {
    mortar::fuzz_legacy(std::move(bytes));
  } else {
    mortar::fuzz_typed(std::move(bytes));
  }
  return 0;
}
