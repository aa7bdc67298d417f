// The pool's document as it lies in etcd: compressed, since every change carries all of it and etcd's members keep
// thousands of changes in memory; with the number that makes the versions go on where they were when etcd took over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mortar {

inline constexpr std::size_t longest_document = 16 << 20;

struct Envelope {
  std::uint64_t base = 0;  // a document's version is this and its revision in etcd
  std::string text;
  friend bool operator==(const Envelope&, const Envelope&) = default;
};

// EFBIG for a document that is too long.
Result<std::string> seal(const Envelope& envelope);
// EIO unless it is whole.
Result<Envelope> unseal(std::string_view sealed);

}  // namespace mortar
