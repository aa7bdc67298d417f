// Volumes that grow and shrink, and the walks that bring them in order.
#include <gtest/gtest.h>

#include "pool/add_bricks.h"
#include "pool/create_volume.h"
#include "pool/document.h"
#include "pool/rebalance_volume.h"
#include "pool/remove_bricks.h"
#include "pool/replace_brick.h"
#include "pool/start_volume.h"
#include "pool/stop_volume.h"

namespace mortar {
namespace {

const Gfid here = fixed_gfid(200);

std::vector<Brick> bricks_at(std::vector<std::string> paths) {
  std::vector<Brick> bricks;
  for (std::string& path : paths) bricks.push_back({"server1", std::move(path), here});
  return bricks;
}

CreateVolume creation(std::string name, std::vector<std::string> paths) {
  CreateVolume edit;
  edit.volume.name = std::move(name);
  edit.volume.id = fixed_gfid(100);
  edit.volume.bricks = bricks_at(std::move(paths));
  return edit;
}

struct GrowingVolume : ::testing::Test {
  GrowingVolume() {
    pool.servers = {Server{here, {"server1"}}};
    creation("dist", {"/data/b0", "/data/b1", "/data/b2"}).apply(pool);
    CreateVolume replicated = creation("rep", {"/data/r0", "/data/r1", "/data/r2", "/data/r3"});
    replicated.volume.type = VolumeType::replicate;
    replicated.volume.replica_count = 2;
    replicated.apply(pool);
  }

  template <Edit Change>
  std::string refusal(const Change& edit) {
    Result<Done> checked = edit.check(pool);
    return checked ? "" : checked.error().sentence();
  }
  AddBricks adding(std::string name, std::vector<std::string> paths) {
    return {.volume = std::move(name), .bricks = bricks_at(std::move(paths))};
  }
  RemoveBricks removing(std::string name, std::vector<std::string> paths) {
    return {.volume = std::move(name), .bricks = bricks_at(std::move(paths))};
  }
  std::string clients() {
    std::string text;
    const Volume& volume = *pool.find("dist");
    for (const Brick& brick : volume.bricks) text += volume.client_of(brick) + " " + brick.path + "\n";
    return text;
  }

  Pool pool;
};

TEST_F(GrowingVolume, StockSentences) {
  EXPECT_EQ(refusal(adding("nosuch", {"/data/b3"})), "Unable to get volinfo for volume name nosuch");
  EXPECT_EQ(refusal(adding("rep", {"/data/r4"})), "Incorrect number of bricks supplied 1 with count 2");
  EXPECT_TRUE(refusal(adding("rep", {"/data/r4", "/data/r5"})).starts_with("Multiple bricks of a replicate volume"));
  AddBricks forced = adding("rep", {"/data/r4", "/data/r5"});
  forced.force = true;
  EXPECT_EQ(refusal(forced), "");
  EXPECT_EQ(refusal(adding("dist", {"/data/b1"})),
            "Brick: server1:/data/b1 not available. Brick may be containing or be contained by an existing brick.");
  EXPECT_EQ(adding("nosuch", {"/data/b3"}).check(pool).error().number(), 0) << "as stock";

  EXPECT_EQ(refusal(removing("nosuch", {"/data/b0"})), "Volume nosuch does not exist");
  EXPECT_EQ(refusal(removing("dist", {"/data/b99"})), "Incorrect brick server1:/data/b99 for volume dist");
  EXPECT_EQ(refusal(removing("dist", {"/data/b0", "/data/b1", "/data/b2"})),
            "Deleting all the bricks of the volume is not allowed");
  EXPECT_EQ(refusal(removing("rep", {"/data/r0"})), "Remove brick incorrect brick count of 1 for replica 2");
  EXPECT_EQ(refusal(removing("rep", {"/data/r0", "/data/r2"})), "Bricks not from same subvol for replica");
  EXPECT_EQ(refusal(removing("rep", {"/data/r2", "/data/r3"})), "");
}

// Link files name the client of the brick that they lead to.
TEST_F(GrowingVolume, BricksKeepTheNamesOfTheirClients) {
  removing("dist", {"/data/b0"}).apply(pool);
  EXPECT_EQ(clients(), "dist-client-1 /data/b1\ndist-client-2 /data/b2\n");
  adding("dist", {"/data/b3", "/data/b0"}).apply(pool);
  EXPECT_EQ(clients(),
            "dist-client-1 /data/b1\ndist-client-2 /data/b2\ndist-client-3 /data/b3\ndist-client-4 /data/b0\n");
  EXPECT_EQ(pool.find("dist")->version, 3U);
  const Result<Pool> read = parse_pool(format_pool(pool));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(*read, pool);
}

TEST_F(GrowingVolume, ARebalanceIsPartOfTheDocument) {
  const StartRebalance start{"dist", fixed_gfid(7)};
  EXPECT_EQ(refusal(start), "Volume dist needs to be started to perform rebalance");
  for (Volume& volume : pool.volumes) volume.status = VolumeState::started;
  EXPECT_EQ(refusal(StartRebalance{"nosuch", {}}), "Volume nosuch does not exist");
  EXPECT_EQ(refusal(StopRebalance{"dist"}), "Rebalance not started for volume dist.");
  removing("dist", {"/data/b1", "/data/b2"}).apply(pool);
  EXPECT_EQ(refusal(start),
            "Volume dist is not a distribute volume or contains only 1 brick.\nNot performing rebalance");
  adding("dist", {"/data/b1"}).apply(pool);
  ASSERT_EQ(refusal(start), "");
  start.apply(pool);

  EXPECT_EQ(refusal(start), "Rebalance on dist is already started");
  EXPECT_EQ(refusal(adding("dist", {"/data/b9"})),
            "Volume name dist rebalance is in progress. Please retry after completion");
  EXPECT_EQ(refusal(removing("dist", {"/data/b0"})), "Rebalance is in progress. Please retry after completion");
  EXPECT_EQ(refusal(StopVolume{"dist"}), "rebalance session is in progress for the volume 'dist'");
  EXPECT_EQ(refusal(StopVolume{"dist", true}), "");
  EXPECT_EQ(*parse_pool(format_pool(pool)), pool);

  const RebalancePart ended{.server = here, .state = RebalanceState::completed, .failures = 2, .seconds = 9};
  EXPECT_FALSE((SettleRebalance{"dist", fixed_gfid(8), ended}).check(pool)) << "of another one";
  const SettleRebalance settle{"dist", fixed_gfid(7), ended};
  ASSERT_TRUE(settle.check(pool));
  settle.apply(pool);
  EXPECT_FALSE(settle.check(pool)) << "once";
  EXPECT_EQ(pool.find("dist")->rebalance->state(), RebalanceState::completed);
  EXPECT_EQ(*parse_pool(format_pool(pool)), pool);
  EXPECT_EQ(refusal(start), "");
  ASSERT_EQ(refusal(StopRebalance{"dist"}), "");
  StopRebalance{"dist"}.apply(pool);
  EXPECT_FALSE(pool.find("dist")->rebalance);
}

TEST(Rebalance, ItsStateIsThatOfThePartThatAsksForMostAttention) {
  using enum RebalanceState;
  Rebalance rebalance;
  EXPECT_EQ(rebalance.state(), completed);
  for (RebalanceState state : {completed, stopped, failed, running}) {
    rebalance.parts.push_back({.server = here, .state = state});
    EXPECT_EQ(rebalance.state(), state);
  }
}

TEST(Document, OfADocumentWithoutNumbersBricksCountAsTheyStand) {
  const Result<Pool> read = parse_pool(
      "mortar pool 1\nvolume v\nid 00000000-0000-0000-0000-000000000064\n"
      "brick 00000000-0000-0000-0000-0000000000c8 h:/a\nbrick 00000000-0000-0000-0000-0000000000c8 h:/b\n");
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->volumes[0].client_of(read->volumes[0].bricks[1]), "v-client-1");
}

TEST_F(GrowingVolume, GetsMoreCopiesInEachSet) {
  AddBricks edit = adding("rep", {"/data/n0", "/data/n1"});
  edit.replica_count = 3;
  edit.force = true;
  EXPECT_TRUE(refusal(edit).starts_with("Volume rep needs to be started to change its replica count"));
  StartVolume{"rep"}.apply(pool);
  EXPECT_EQ(refusal(edit), "");
  edit.bricks.pop_back();
  EXPECT_EQ(refusal(edit), "Incorrect number of bricks (1) supplied for replica count (3).");
  edit = adding("rep", {"/data/n0", "/data/n1"});
  edit.replica_count = 3;
  edit.force = true;
  edit.apply(pool);
  const Volume& volume = *pool.find("rep");
  EXPECT_EQ(volume.replica_count, 3u);
  std::string shown;
  for (const Brick& brick : volume.bricks) shown += volume.client_of(brick) + " " + brick.path + "\n";
  EXPECT_EQ(shown,
            "rep-client-0 /data/r0\nrep-client-1 /data/r1\nrep-client-4 /data/n0\n"
            "rep-client-2 /data/r2\nrep-client-3 /data/r3\nrep-client-5 /data/n1\n");
}

TEST_F(GrowingVolume, OfSingleBricksBecomesOneOfCopies) {
  StartVolume{"dist"}.apply(pool);
  AddBricks edit = adding("dist", {"/data/n0", "/data/n1", "/data/n2"});
  edit.replica_count = 2;
  edit.force = true;
  EXPECT_EQ(refusal(edit), "");
  edit.apply(pool);
  EXPECT_EQ(pool.find("dist")->type, VolumeType::replicate);
  EXPECT_EQ(pool.find("dist")->options.find("performance.client-io-threads"), "off");
  RemoveBricks back = removing("dist", {"/data/n0", "/data/n1", "/data/n2"});
  back.replica_count = 1;
  EXPECT_EQ(refusal(back), "");
  back.apply(pool);
  EXPECT_EQ(pool.find("dist")->type, VolumeType::distribute);
  EXPECT_EQ(clients(), "dist-client-0 /data/b0\ndist-client-1 /data/b1\ndist-client-2 /data/b2\n");
}

TEST_F(GrowingVolume, FewerCopiesGoFromEachSet) {
  RemoveBricks edit = removing("rep", {"/data/r0"});
  edit.replica_count = 1;
  EXPECT_EQ(refusal(edit), "need 2(xN) bricks for reducing replica count of the volume from 2 to 1");
  edit = removing("rep", {"/data/r0", "/data/r1"});
  edit.replica_count = 1;
  EXPECT_EQ(refusal(edit), "Bricks not from same subvol for replica");
  edit.replica_count = 3;
  EXPECT_EQ(refusal(edit), "given replica count (3) option is more than volume rep's replica count (2)");
  edit = removing("dist", {"/data/b0"});
  edit.replica_count = 2;
  EXPECT_EQ(refusal(edit), "replica count (2) option given for non replicate volume dist");
}

TEST_F(GrowingVolume, AnArbiterComesToTwoCopiesAndGoesFirst) {
  StartVolume{"rep"}.apply(pool);
  AddBricks edit = adding("rep", {"/data/a0", "/data/a1"});
  edit.replica_count = 3;
  edit.arbiter_count = 1;
  edit.force = true;
  EXPECT_EQ(refusal(edit), "");
  edit.apply(pool);
  EXPECT_TRUE(pool.find("rep")->is_arbiter(2));
  RemoveBricks copies = removing("rep", {"/data/r0", "/data/r2"});
  copies.replica_count = 2;
  EXPECT_EQ(refusal(copies), "Remove arbiter brick(s) only when converting from arbiter to replica 2 subvolume.");
  RemoveBricks arbiters = removing("rep", {"/data/a0", "/data/a1"});
  arbiters.replica_count = 2;
  EXPECT_EQ(refusal(arbiters), "");
  arbiters.apply(pool);
  EXPECT_EQ(pool.find("rep")->arbiter_count, 0u);
}

TEST_F(GrowingVolume, ACopyIsReplaced) {
  const Brick next{"server1", "/data/n", here};
  EXPECT_EQ(refusal(ReplaceBrick{"dist", "server1:/data/b0", next}),
            "replace-brick is not permitted on distribute only volumes. Please use add-brick and remove-brick "
            "operations instead.");
  EXPECT_EQ(refusal(ReplaceBrick{"rep", "server1:/data/r1", next}), "volume: rep is not started");
  StartVolume{"rep"}.apply(pool);
  EXPECT_EQ(refusal(ReplaceBrick{"rep", "server1:/data/x", next}),
            "brick: server1:/data/x does not exist in volume: rep");
  const ReplaceBrick edit{"rep", "server1:/data/r1", next};
  EXPECT_EQ(refusal(edit), "");
  edit.apply(pool);
  const Volume& volume = *pool.find("rep");
  EXPECT_EQ(volume.bricks[1].path, "/data/n");
  EXPECT_EQ(volume.client_of(volume.bricks[1]), "rep-client-1");
}

TEST_F(GrowingVolume, ACopyIsResetOnceItIsAway) {
  StartVolume{"rep"}.apply(pool);
  const ReplaceBrick reset{"rep", "server1:/data/r1", Brick{"server1", "/data/r1", here}, true};
  EXPECT_EQ(refusal(reset),
            "Source brick must be stopped. Please use gluster volume reset-brick <volname> <dst-brick> start.");
  TakeBrickAway{"rep", "server1:/data/r1"}.apply(pool);
  EXPECT_TRUE(pool.find("rep")->bricks[1].away);
  EXPECT_EQ(parse_pool(format_pool(pool)), pool);
  EXPECT_EQ(refusal(reset), "");
  EXPECT_TRUE(refusal(ReplaceBrick{"rep", "server1:/data/r1", Brick{"server1", "/data/other", here}, true})
                  .starts_with("When destination brick is new"));
  reset.apply(pool);
  EXPECT_FALSE(pool.find("rep")->bricks[1].away);
  TakeBrickAway{"rep", "server1:/data/r1"}.apply(pool);
  StartVolume{"rep", true}.apply(pool);
  EXPECT_FALSE(pool.find("rep")->bricks[1].away);
}

}  // namespace
}  // namespace mortar
