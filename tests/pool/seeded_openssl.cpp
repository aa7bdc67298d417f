#include "seeded_openssl.h"

#include <openssl/rand.h>

#include "base/check.h"
#include "base/random.h"

// The old way of giving OpenSSL another source; the new one is a provider of some hundred lines.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

namespace mortar::sim {

namespace {

Random source{1};

int give_bytes(unsigned char* bytes, int count) {
  for (int place = 0; place < count; ++place) bytes[place] = static_cast<unsigned char>(source.below(256));
  return 1;
}

int always_ready() { return 1; }

constexpr RAND_METHOD from_the_seed{nullptr, give_bytes, nullptr, nullptr, give_bytes, always_ready};

}  // namespace

void seed_openssl(std::uint64_t seed) {
  source = Random(seed);
  check(RAND_set_rand_method(&from_the_seed) == 1, "OpenSSL takes another source of randomness");
}

}  // namespace mortar::sim
