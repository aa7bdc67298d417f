#include "runtime/world.h"

#include <array>

namespace mortar {

Gfid World::random_gfid() {
  std::array<std::uint8_t, 16> noise;
  random(noise);
  return Gfid::random(noise);
}

std::uint64_t World::random_number() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> noise;
  random(noise);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : noise) number = number << 8 | byte;
  return number;
}

}  // namespace mortar
