#include "base/gfid.h"

namespace mortar {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

constexpr bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

std::optional<unsigned> digit(char letter) {
  if (letter >= '0' && letter <= '9') return static_cast<unsigned>(letter - '0');
  if (letter >= 'a' && letter <= 'f') return static_cast<unsigned>(letter - 'a' + 10);
  if (letter >= 'A' && letter <= 'F') return static_cast<unsigned>(letter - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::string Gfid::text() const {
  std::string text;
  text.reserve(36);
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    if (dash_before(index)) text += '-';
    text += digits[bytes[index] >> 4];
    text += digits[bytes[index] & 15];
  }
  return text;
}

std::optional<Gfid> Gfid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Gfid gfid;
  std::size_t at = 0;
  for (std::size_t index = 0; index < gfid.bytes.size(); ++index) {
    if (dash_before(index) && text[at++] != '-') return std::nullopt;
    std::optional<unsigned> high = digit(text[at]);
    std::optional<unsigned> low = digit(text[at + 1]);
    if (!high || !low) return std::nullopt;
    gfid.bytes[index] = static_cast<std::uint8_t>(*high << 4 | *low);
    at += 2;
  }
  return gfid;
}

std::optional<Gfid> Gfid::from(Bytes bytes) {
  Gfid gfid;
  if (bytes.size() != gfid.bytes.size()) return std::nullopt;
  std::memcpy(gfid.bytes.data(), bytes.data(), bytes.size());
  return gfid;
}

Gfid Gfid::random(std::array<std::uint8_t, 16> noise) {
  noise[6] = static_cast<std::uint8_t>((noise[6] & 0x0f) | 0x40);
  noise[8] = static_cast<std::uint8_t>((noise[8] & 0x3f) | 0x80);
  return Gfid{noise};
}

std::uint64_t Gfid::inode_number() const {
  std::uint64_t number = 0;
  for (std::size_t index = 8; index < bytes.size(); ++index) number = number << 8 | bytes[index];
  return number;
}

}  // namespace mortar
