#include "pool/etcd/envelope.h"

#include <fmt/format.h>
#include <zstd.h>

#include <charconv>
#include <memory>

namespace mortar {

namespace {

constexpr std::string_view magic = "mortar-document-1\n";
constexpr int level = 3;
// Digits of the base and the end of their line.
constexpr std::size_t longest_head = 24;

std::unexpected<Error> damaged() { return failed(EIO, "the pool's document in etcd is damaged"); }

}  // namespace

Result<std::string> seal(const Envelope& envelope) {
  if (envelope.text.size() > longest_document) {
    return failed(EFBIG, fmt::format("the pool's configuration is longer than {} bytes", longest_document));
  }
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (context == nullptr) return failed(ENOMEM);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  const std::string content = fmt::format("{}\n{}", envelope.base, envelope.text);
  std::string sealed(magic);
  sealed.resize(magic.size() + ZSTD_compressBound(content.size()));
  const std::size_t size = ZSTD_compress2(context.get(), sealed.data() + magic.size(), sealed.size() - magic.size(),
                                          content.data(), content.size());
  if (ZSTD_isError(size) != 0) return failed(EIO, ZSTD_getErrorName(size));
  sealed.resize(magic.size() + size);
  return sealed;
}

Result<Envelope> unseal(std::string_view sealed) {
  if (!sealed.starts_with(magic)) return damaged();
  sealed.remove_prefix(magic.size());
  // The errors of this call are numbers beyond any limit.
  const unsigned long long size = ZSTD_getFrameContentSize(sealed.data(), sealed.size());
  if (size > longest_document + longest_head) return damaged();
  std::string content(size, '\0');
  const std::size_t got = ZSTD_decompress(content.data(), content.size(), sealed.data(), sealed.size());
  if (ZSTD_isError(got) != 0 || got != size) return damaged();
  Envelope envelope;
  const auto [end, problem] = std::from_chars(content.data(), content.data() + content.size(), envelope.base);
  const auto digits = static_cast<std::size_t>(end - content.data());
  if (problem != std::errc() || digits == content.size() || content[digits] != '\n') return damaged();
  envelope.text = content.substr(digits + 1);
  return envelope;
}

}  // namespace mortar
