// The keys of a pool: one authority, which is part of the document, and a certificate of each server, by which members
// know each other. All of Ed25519 and X.509, as PEM. Nothing expires: a pool runs longer than anybody remembers to
// renew something; who leaves is revoked by the serial number of its certificate.
//
// Pure functions: randomness comes from the caller, so a simulated pool has the same keys in every run of a seed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/gfid.h"
#include "base/result.h"

namespace mortar {

using KeySeed = std::array<std::uint8_t, 32>;

// Who holds the key can make members; it never leaves the pool.
struct Authority {
  std::string key;
  std::string certificate;
  friend bool operator==(const Authority&, const Authority&) = default;
};

struct Holder {
  Gfid pool;
  Gfid server;
  // Names and addresses under which others connect to the server; text that is neither is left out.
  std::vector<std::string> hosts;
};

Result<Authority> make_authority(const Gfid& pool, const KeySeed& seed);
Result<std::string> make_private_key(const KeySeed& seed);
Result<std::string> public_key_of(std::string_view private_key);
// For the holder of the public key. The serial number is random, its own for each certificate.
Result<std::string> issue_certificate(const Authority& authority, const Holder& holder, std::string_view public_key,
                                      const Gfid& serial);
// The list of what counts no more.
Result<std::string> revocation_list(const Authority& authority, const std::vector<Gfid>& serials);

}  // namespace mortar
