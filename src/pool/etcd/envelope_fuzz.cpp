// What lies in etcd. The first byte chooses: bytes as they are; a document that is sealed and opened; bytes that are
// whole for zstd, but need not be an envelope's.
#include <zstd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "pool/etcd/envelope.h"

namespace mortar {
namespace {

void open_bytes(std::string_view bytes) {
  const Result<Envelope> opened = unseal(bytes);
  if (!opened) return;
  const Result<std::string> sealed = seal(*opened);
  check(sealed.has_value(), "what was opened can be sealed");
  const Result<Envelope> again = unseal(*sealed);
  check(again && *again == *opened, "what was sealed opens as the same");
}

void seal_text(std::string_view text) {
  const Envelope envelope{text.size() * 0x9e3779b97f4a7c15, std::string(text)};
  const Result<std::string> sealed = seal(envelope);
  check(sealed.has_value(), "a short document can be sealed");
  const Result<Envelope> opened = unseal(*sealed);
  check(opened && *opened == envelope, "what was sealed opens as the same");
}

void open_content(std::string_view content) {
  std::string sealed = *seal({});
  const std::size_t head = sealed.find('\n') + 1;
  sealed.resize(head + ZSTD_compressBound(content.size()));
  const std::size_t size = ZSTD_compress(sealed.data() + head, sealed.size() - head, content.data(), content.size(), 1);
  check(ZSTD_isError(size) == 0, "bytes can be compressed");
  sealed.resize(head + size);
  open_bytes(sealed);
}

}  // namespace
}  // namespace mortar

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mortar;
  constexpr void (*ways[])(std::string_view) = {open_bytes, seal_text, open_content};
  if (size == 0) return 0;
  ways[data[0] % std::size(ways)]({reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
