#include "totals.h"

#include <fmt/format.h>

#include <ctime>

#include "seeds.h"

namespace mortar::sim {

Totals& totals() {
  static Totals all;
  return all;
}

std::string Totals::text() const {
  if (operations == 0) return "";
  const double cpu = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return fmt::format(
      "simulated: {} operations in {} calls over {} seeds, {} faults ({} cut connections, {} partitions, {} killed "
      "bricks, {} power cuts); {:.1f} s of processor time, {:.0f} operations a second",
      operations, calls, seeds, faults(), cuts, partitions, kills, power_cuts, cpu,
      cpu > 0 ? static_cast<double>(operations) / cpu : 0.0);
}

std::string report() { return totals().text(); }

}  // namespace mortar::sim
