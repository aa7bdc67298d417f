// Versions of the document across a recovery. A majority that is lost for good takes its later versions with it; those
// of the one that is made in its stead are beyond any it may have had, so that who comes back knows which counts.
#pragma once

#include <cstdint>

namespace mortar {

// A pool that is changed a thousand times a second for thirty years stays within one.
inline constexpr int bits_of_generation = 40;

constexpr std::uint64_t generation_of(std::uint64_t version) { return version >> bits_of_generation; }
constexpr std::uint64_t first_of_next_generation(std::uint64_t version) {
  return (generation_of(version) + 1) << bits_of_generation;
}

}  // namespace mortar
