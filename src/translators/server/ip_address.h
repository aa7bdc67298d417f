// Textual IPv4 and IPv6 addresses as bytes, to be compared and matched with networks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mortar {

// IPv4 stands in its IPv6 form (::ffff:a.b.c.d), so that a client is the same over either family.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

  bool is_v4() const;
};

// Nothing unless the text is exactly an address; a zone ("%eth0") is ignored.
std::optional<IpAddress> parse_ip(std::string_view text);

// Whether the address lies in "network/bits".
bool in_network(std::string_view network, const IpAddress& address);

}  // namespace mortar
