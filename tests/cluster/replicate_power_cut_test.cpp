// A replicated volume, one server of which loses its power: what the others know that it had changed last it is blamed
// for before anybody uses it, and for nothing where it has lost nothing.
#include <fcntl.h>
#include <gtest/gtest.h>

#include "replicate_plans.h"
#include "translators/replicate/changelog.h"

namespace mortar::sim {
namespace {

using namespace std::chrono_literals;
using replicate::Counts;
using replicate::Slot;

constexpr std::size_t victim = 2;

struct ReplicatePowerCut : ::testing::Test {
  ReplicatePowerCut() : volume(1, three_copies_at_once().shape) {
    EXPECT_EQ(volume.start(), "");
    directory = make_directory("d");
    file = make_file("file");
    make_file("old");
    // All of that is on the disks.
    volume.simulation().run_for(10s);
  }
  template <class Operation>
  Result<typename Operation::Reply> ask(Operation operation, std::size_t client = 0) {
    if constexpr (requires { operation.name; }) {
      if (!operation.xdata.has("gfid-req")) operation.xdata.set("gfid-req", test_gfid());
    }
    Call call;
    call.time = volume.client(client).world().wall_clock();
    call.stamps = Operation::stamps;
    return volume.simulation().run(volume.client(client).top().perform(call, operation));
  }
  Gfid test_gfid() { return fixed_gfid(++last_); }
  Gfid make_directory(const std::string& name) {
    const auto made = ask(fop::Mkdir{.parent = root_gfid, .mode = 0755, .name = name});
    EXPECT_TRUE(made);
    return made ? made->iatt.gfid : null_gfid;
  }
  Gfid make_file(const std::string& name) {
    const auto made = ask(fop::Create{.parent = directory, .flags = O_RDWR | O_CREAT, .mode = 0644, .name = name});
    EXPECT_TRUE(made);
    if (made) EXPECT_TRUE(ask(fop::Release{.gfid = made->iatt.gfid, .fd = made->fd}));
    return made ? made->iatt.gfid : null_gfid;
  }
  void change() {
    make_file("new");
    EXPECT_TRUE(ask(fop::Unlink{.parent = directory, .name = "old"}));
    fop::Setattr chmod{.gfid = file, .valid = 1};
    chmod.iatt.mode = 0100600;
    EXPECT_TRUE(ask(chmod));
  }
  void until_connected() {
    EXPECT_TRUE(volume.simulation().run_until([this] { return volume.is_connected(); }, 1min));
  }
  Counts blame(std::size_t by, const Gfid& gfid) {
    const std::string text = gfid.text();
    const std::string handle = "/.glusterfs/" + text.substr(0, 2) + "/" + text.substr(2, 2) + "/" + text;
    // Of a directory, through its link.
    SimulatedFileSystem& disk = volume.brick(by).host().disk();
    const std::string place = volume.brick(by).directory() + (gfid == directory ? "/d" : handle);
    const Result<std::string> marks =
        disk.get_xattr(FileSystem::no_directory, place, ("trusted.afr.vol-client-" + std::to_string(victim)).c_str());
    return marks ? Counts::parse(as_bytes(*marks)) : Counts{};
  }
  bool anybody_blames() {
    const auto blames = [this](std::size_t by) { return blame(by, directory).any() || blame(by, file).any(); };
    return blames(0) || blames(1);
  }

  VolumeUnderTest volume;
  Gfid directory;
  Gfid file;

 private:
  std::uint8_t last_ = 100;
};

TEST_F(ReplicatePowerCut, ItIsBlamedForWhatItMayHaveLost) {
  change();
  const SurvivalRule only_synced = SurvivalRule::only_synced();
  volume.brick(victim).power_off(&only_synced);
  volume.simulation().run_for(20s);
  EXPECT_FALSE(anybody_blames()) << "as long as nobody knows whether it has lost anything";
  volume.brick(victim).power_on();
  until_connected();
  for (const std::size_t by : {0, 1}) {
    EXPECT_EQ(blame(by, directory)[Slot::entries], 1);
    EXPECT_EQ(blame(by, file)[Slot::metadata], 1);
    EXPECT_EQ(blame(by, file)[Slot::data], 0);
  }
  for (std::size_t client = 0; client < volume.clients(); ++client) {
    EXPECT_TRUE(ask(fop::Lookup{.parent = directory, .name = "new"}, client));
    EXPECT_FALSE(ask(fop::Lookup{.parent = directory, .name = "old"}, client));
    const auto found = ask(fop::Lookup{.parent = directory, .name = "file"}, client);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->iatt.mode & 07777, 0600u);
  }
}

TEST_F(ReplicatePowerCut, WhoMissesItsReturnHearsOfItLater) {
  change();
  const SurvivalRule only_synced = SurvivalRule::only_synced();
  volume.brick(victim).power_off(&only_synced);
  volume.simulation().run_for(20s);
  volume.brick(1).kill();
  volume.brick(victim).power_on();
  volume.simulation().run_for(10s);
  EXPECT_EQ(blame(0, directory)[Slot::entries], 1);
  EXPECT_EQ(blame(1, directory)[Slot::entries], 0);
  volume.brick(1).start();
  until_connected();
  EXPECT_EQ(blame(1, directory)[Slot::entries], 1);
  EXPECT_EQ(blame(1, file)[Slot::metadata], 1);
}

TEST_F(ReplicatePowerCut, AKilledBrickHasLostNothing) {
  change();
  volume.brick(victim).kill();
  volume.simulation().run_for(20s);
  volume.brick(victim).start();
  until_connected();
  EXPECT_FALSE(anybody_blames());
}

TEST_F(ReplicatePowerCut, NorHasOneThatWasStoppedBefore) {
  change();
  EXPECT_TRUE(volume.simulation().run(volume.brick(victim).graph()->stop()));
  const SurvivalRule only_synced = SurvivalRule::only_synced();
  volume.brick(victim).power_off(&only_synced);
  volume.simulation().run_for(20s);
  volume.brick(victim).power_on();
  until_connected();
  EXPECT_FALSE(anybody_blames());
}

}  // namespace
}  // namespace mortar::sim
