// Which copy an object is read from, so that all clients read the same one and its cache holds it: Paul Hsieh's
// SuperFastHash of the gfid, as stock clients compute it.
#pragma once

#include <cstdint>

#include "base/gfid.h"

namespace mortar::replicate {

inline std::uint32_t read_hash(const Gfid& gfid) {
  const auto word = [&gfid](std::size_t at) {
    return std::uint32_t{gfid.bytes[at]} | std::uint32_t{gfid.bytes[at + 1]} << 8;
  };
  std::uint32_t hash = static_cast<std::uint32_t>(gfid.bytes.size());
  for (std::size_t at = 0; at < gfid.bytes.size(); at += 4) {
    hash += word(at);
    hash = hash << 16 ^ (word(at + 2) << 11 ^ hash);
    hash += hash >> 11;
  }
  hash ^= hash << 3;
  hash += hash >> 5;
  hash ^= hash << 4;
  hash += hash >> 17;
  hash ^= hash << 25;
  hash += hash >> 6;
  return hash;
}

}  // namespace mortar::replicate
