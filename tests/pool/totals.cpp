#include "totals.h"

#include <fmt/format.h>

#include <ctime>

#include "seeds.h"

namespace mortar::sim {

Totals& totals() {
  static Totals all;
  return all;
}

std::string report() {
  const Totals& all = totals();
  if (all.seeds == 0) return "";
  const double cpu = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return fmt::format(
      "simulated: {} pools, {} commands done, {} refused, {} of unknown end, {} documents; {} killed daemons, {} power "
      "cuts, {} partitions, {} cut connections, {} slow networks, {} outages of voters, {} lost disks; {:.1f} s of "
      "processor time, {:.0f} ms a pool",
      all.seeds, all.done, all.refused, all.unknown, all.documents, all.kills, all.power_cuts, all.partitions, all.cuts,
      all.delays, all.outages, all.lost_disks, cpu, cpu * 1000 / static_cast<double>(all.seeds));
}

}  // namespace mortar::sim
