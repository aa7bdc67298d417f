#include "translators/fuse/listing_habit.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar::fuse {
namespace {

using namespace mortar::testing;
using namespace std::chrono_literals;

class ListingHabitTest : public ::testing::Test {
 protected:
  ListingHabit::ProbePointer begin(std::uint8_t directory = 1) {
    return habit_.begin(fixed_gfid(directory), "probe");
  }
  bool wants(const ListingHabit::ProbePointer& probe) { return habit_.wants_attributes(*probe); }

  Simulation simulation_{1};
  SimulatedWorld& world_ = simulation_.add_host("client", "10.0.0.1").start_process("mount");
  ListingHabit habit_{world_};
};

TEST_F(ListingHabitTest, WhoLooksAtNamesAtOnceGetsAttributesWithTheNext) {
  const auto probe = begin();
  EXPECT_FALSE(wants(probe));
  habit_.looked_up(fixed_gfid(1), "another");
  habit_.looked_up(fixed_gfid(2), "probe");
  EXPECT_FALSE(wants(probe));
  habit_.looked_up(fixed_gfid(1), "probe");
  EXPECT_TRUE(wants(probe));
}

TEST_F(ListingHabitTest, WhoLooksLaterGetsThemWithTheNextListings) {
  begin(1);
  simulation_.run_for(9s);
  habit_.looked_up(fixed_gfid(1), "probe");
  EXPECT_TRUE(wants(begin(2)));
}

TEST_F(ListingHabitTest, ThatItIsNotSoAnyMoreIsLearnt) {
  begin();
  habit_.looked_up(fixed_gfid(1), "probe");
  for (int time = 0; time < 4; ++time) {
    EXPECT_TRUE(wants(begin()));
    simulation_.run_for(10s);
  }
  EXPECT_FALSE(wants(begin()));
}

TEST_F(ListingHabitTest, ListingADirectoryAnewEndsTheListingBefore) {
  begin();
  habit_.looked_up(fixed_gfid(1), "probe");
  for (int time = 0; time < 4; ++time) EXPECT_TRUE(wants(begin()));
  EXPECT_FALSE(wants(begin()));
}

TEST_F(ListingHabitTest, OnlyRecentListingsAreRemembered) {
  for (std::uint8_t directory = 1; directory <= 65; ++directory) begin(directory);
  habit_.looked_up(fixed_gfid(65), "probe");
  EXPECT_FALSE(wants(begin(66)));
  simulation_.run_for(10s);
  begin(67);
  habit_.looked_up(fixed_gfid(67), "probe");
  EXPECT_TRUE(wants(begin(68)));
}

}  // namespace
}  // namespace mortar::fuse
