#include "translators/server/ip_address.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace mortar {

namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool parse_number(std::string_view text, int base, unsigned most, unsigned& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size() && number <= most;
}

bool parse_v4(std::string_view text, std::uint8_t* out) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = part < 3 ? text.find('.') : text.size();
    unsigned number = 0;
    if (dot == std::string_view::npos || dot > 3 || !parse_number(text.substr(0, dot), 10, 255, number)) return false;
    out[part] = static_cast<std::uint8_t>(number);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return true;
}

// Groups of one side of "::"; the last may be an IPv4 address.
bool parse_groups(std::string_view text, std::vector<std::uint8_t>& out) {
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
      std::array<std::uint8_t, 4> v4{};
      if (!parse_v4(group, v4.data())) return false;
      out.insert(out.end(), v4.begin(), v4.end());
      return true;
    }
    unsigned number = 0;
    if (group.size() > 4 || !parse_number(group, 16, 0xffff, number)) return false;
    out.push_back(static_cast<std::uint8_t>(number >> 8));
    out.push_back(static_cast<std::uint8_t>(number));
    if (colon == std::string_view::npos) return true;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;
  }
  return true;
}

}  // namespace

bool IpAddress::is_v4() const { return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin()); }

std::optional<IpAddress> parse_ip(std::string_view text) {
  IpAddress address;
  if (text.find(':') == std::string_view::npos) {
    std::ranges::copy(v4_prefix, address.bytes.begin());
    if (!parse_v4(text, address.bytes.data() + 12)) return std::nullopt;
    return address;
  }
  text = text.substr(0, text.find('%'));
  std::vector<std::uint8_t> front;
  std::vector<std::uint8_t> back;
  const std::size_t gap = text.find("::");
  if (!parse_groups(text.substr(0, gap), front)) return std::nullopt;
  if (gap == std::string_view::npos) {
    if (front.size() != 16) return std::nullopt;
  } else if (!parse_groups(text.substr(gap + 2), back) || front.size() + back.size() > 14) {
    return std::nullopt;
  }
  std::ranges::copy(front, address.bytes.begin());
  std::ranges::copy(back, address.bytes.end() - static_cast<std::ptrdiff_t>(back.size()));
  return address;
}

bool in_network(std::string_view network, const IpAddress& address) {
  const std::size_t slash = network.find('/');
  if (slash == std::string_view::npos) return false;
  const std::optional<IpAddress> base = parse_ip(network.substr(0, slash));
  if (!base || base->is_v4() != address.is_v4()) return false;
  const unsigned width = base->is_v4() ? 32 : 128;
  unsigned bits = 0;
  if (!parse_number(network.substr(slash + 1), 10, width, bits)) return false;
  bits += 128 - width;
  for (std::size_t at = 0; at < 16 && bits > 0; ++at) {
    const unsigned here = std::min(bits, 8U);
    const auto mask = static_cast<std::uint8_t>(0xff00U >> here);
    if ((base->bytes[at] & mask) != (address.bytes[at] & mask)) return false;
    bits -= here;
  }
  return true;
}

}  // namespace mortar
