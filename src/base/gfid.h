// The identity of a file: 16 bytes, chosen by the client that makes it, the same on every brick.
// Text form 8-4-4-4-12 lower-case hex digits, byte 0 first.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace mortar {

struct Gfid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Gfid&, const Gfid&) = default;
  bool is_null() const { return *this == Gfid{}; }
  bool is_root() const;
  std::string text() const;
  // Nothing unless the text is exactly the canonical form (either case).
  static std::optional<Gfid> parse(std::string_view text);
  static std::optional<Gfid> from(Bytes bytes);
  // Version 4 of RFC 4122 out of 16 random bytes.
  static Gfid random(std::array<std::uint8_t, 16> noise);
  // The inode number everybody shows: bytes 8 to 15, big-endian.
  std::uint64_t inode_number() const;
  Bytes view() const { return std::as_bytes(std::span(bytes)); }
};

// Fixed identities (brick-format: names at the root that every brick creates alike).
constexpr Gfid fixed_gfid(std::uint8_t last) {
  Gfid gfid;
  gfid.bytes[15] = last;
  return gfid;
}
inline constexpr Gfid null_gfid{};
inline constexpr Gfid root_gfid = fixed_gfid(1);
inline constexpr Gfid trash_gfid = fixed_gfid(5);
inline constexpr Gfid trash_internal_gfid = fixed_gfid(6);
inline constexpr Gfid bad_objects_gfid = fixed_gfid(8);

inline bool Gfid::is_root() const { return *this == root_gfid; }

}  // namespace mortar

template <>
struct std::hash<mortar::Gfid> {
  std::size_t operator()(const mortar::Gfid& gfid) const noexcept {
    // Gfids are random: the last eight bytes are hash enough; the fixed ones differ there too.
    std::size_t value;
    std::memcpy(&value, gfid.bytes.data() + 8, sizeof value);
    return value;
  }
};
