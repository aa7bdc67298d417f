#include "translators/fuse/new_gfids.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "simulation/simulation.h"

namespace mortar::fuse {
namespace {

using Folder = std::array<std::uint8_t, 2>;

TEST(NewGfids, OfARunHaveTheirHandlesInOneFolder) {
  Simulation simulation(1);
  NewGfids gfids(simulation.add_host("client", "10.0.0.1").start_process("mount"));
  constexpr unsigned runs = 8;
  std::set<Gfid> all;
  std::set<Folder> folders;
  for (unsigned run = 0; run < runs; ++run) {
    std::set<Folder> of_run;
    for (unsigned made = 0; made < NewGfids::run; ++made) {
      const Gfid gfid = gfids.next();
      EXPECT_EQ(gfid.bytes[6] & 0xf0, 0x40);  // version 4
      all.insert(gfid);
      of_run.insert({gfid.bytes[0], gfid.bytes[1]});
    }
    EXPECT_EQ(of_run.size(), 1u);
    folders.merge(of_run);
  }
  EXPECT_EQ(all.size(), runs * NewGfids::run);
  EXPECT_EQ(folders.size(), runs);
}

}  // namespace
}  // namespace mortar::fuse
