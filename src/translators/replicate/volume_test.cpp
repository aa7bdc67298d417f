// Which copy is read, of those that are right.
#include "translators/replicate/volume.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "simulation/simulation.h"
#include "translator/distance.h"
#include "translators/replicate/read_hash.h"
#include "translators/testing.h"

namespace mortar::replicate {
namespace {

using namespace mortar::testing;

struct Placed final : PassOn, Distant {
  explicit Placed(std::string name) : PassOn(std::move(name)) {}
  void tell_distance(Told) override {}
  void rest(bool) override {}
  bool is_on_this_machine() const override { return is_here; }
  bool is_here = false;
};

struct ReadCopies : ::testing::Test {
  ReadCopies() {
    for (Placed& copy : copies) top.add_child(copy);
  }
  void all_come() {
    for (Copy copy = 0; copy < copies.size(); ++copy) volume.set_up(copy, true);
  }
  // Of many objects, where these copies are right.
  std::set<Copy> read(Copies right) {
    std::set<Copy> chosen;
    for (std::uint8_t number = 1; number < 40; ++number) chosen.insert(volume.choose_reader(fixed_gfid(number), right));
    return chosen;
  }
  std::set<Copy> told(Copies right) {
    std::set<Copy> chosen;
    for (std::uint8_t number = 1; number < 40; ++number) chosen.insert(volume.choose(fixed_gfid(number), right));
    return chosen;
  }

  Simulation simulation{1};
  SimulatedWorld& world = simulation.add_host("client", "10.0.0.1").start_process("mount");
  TaskSet background;
  PassOn top{"v-replicate-0"};
  std::array<Placed, 3> copies{Placed("v-client-0"), Placed("v-client-1"), Placed("v-client-2")};
  Volume volume{world, top, background, {}, *Quorum::make("auto", 0, 3),
                ChangelogKeys({"v-client-0", "v-client-1", "v-client-2"})};
};

TEST_F(ReadCopies, AreSpreadWhereAllAreFar) {
  all_come();
  EXPECT_EQ(read(Copies::first(3)), (std::set<Copy>{0, 1, 2}));
  EXPECT_EQ(volume.here(), Copies());
  volume.options.read_hash_mode = 0;
  EXPECT_EQ(read(Copies::first(3)), std::set<Copy>{0});
}

TEST_F(ReadCopies, AreThoseOnThisMachine) {
  copies[1].is_here = true;
  all_come();
  EXPECT_EQ(volume.here(), Copies::only(1));
  EXPECT_EQ(read(Copies::first(3)), std::set<Copy>{1});
  // What is no content all clients hear from the same copy.
  EXPECT_EQ(told(Copies::first(3)), (std::set<Copy>{0, 1, 2}));
  // Not where it is behind.
  EXPECT_EQ(read(Copies::first(3) - Copies::only(1)), (std::set<Copy>{0, 2}));
  // What somebody has chosen by hand comes first.
  volume.options.read_subvolume_index = 2;
  EXPECT_EQ(read(Copies::first(3)), std::set<Copy>{2});
  volume.options.read_subvolume_index = -1;
  volume.options.choose_local = false;
  EXPECT_EQ(read(Copies::first(3)), (std::set<Copy>{0, 1, 2}));
}

TEST_F(ReadCopies, AreLeftForOneThatIsNearOnlyWhileItIsThere) {
  copies[1].is_here = true;
  all_come();
  volume.options.read_hash_mode = ReplicateOptions::read_where_least_is_read;
  const Volume::Reading busy(volume, 1);
  EXPECT_EQ(volume.choose_reader(fixed_gfid(1), Copies::first(3)), 1u);
  volume.set_up(1, false);
  EXPECT_EQ(volume.here(), Copies());
  // It has come back elsewhere.
  copies[1].is_here = false;
  volume.set_up(1, true);
  EXPECT_EQ(volume.here(), Copies());
  EXPECT_NE(volume.choose_reader(fixed_gfid(1), Copies::first(3)), 1u);
}

}  // namespace
}  // namespace mortar::replicate
