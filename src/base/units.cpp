#include "base/units.h"

#include <algorithm>
#include <array>

namespace mortar {

std::optional<std::int64_t> seconds_in(std::string_view unit) {
  struct Unit {
    std::string_view word;
    std::int64_t seconds;
  };
  constexpr std::array<Unit, 11> units{{{"", 1},
                                        {"s", 1},
                                        {"sec", 1},
                                        {"m", 60},
                                        {"min", 60},
                                        {"h", 3600},
                                        {"hr", 3600},
                                        {"d", 86400},
                                        {"days", 86400},
                                        {"w", 604800},
                                        {"wk", 604800}}};
  const auto* found = std::ranges::find(units, unit, &Unit::word);
  if (found == units.end()) return std::nullopt;
  return found->seconds;
}

std::optional<std::int64_t> bytes_in(std::string_view unit) {
  if (unit.ends_with('b')) unit.remove_suffix(1);
  if (unit.empty()) return 1;
  constexpr std::string_view powers = "kmgtp";
  const std::size_t power = powers.find(unit.front());
  if (unit.size() != 1 || power == std::string_view::npos) return std::nullopt;
  return std::int64_t{1} << (10 * (power + 1));
}

}  // namespace mortar
