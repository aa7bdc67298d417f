// OpenSSL takes randomness for its handshakes from the system, by which two runs of one seed would differ in every byte
// that is sent. Here it takes it from the seed.
#pragma once

#include <cstdint>

namespace mortar::sim {

// From now on, for the whole process.
void seed_openssl(std::uint64_t seed);

}  // namespace mortar::sim
