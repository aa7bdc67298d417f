#include "translators/index/unwritten_changes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "simulation/simulation.h"
#include "translators/index/epoch.h"

namespace mortar::index {
namespace {

using namespace std::chrono_literals;

constexpr const char* copy = "trusted.afr.v-client-1";

struct UnwrittenChangesTest : ::testing::Test {
  UnwrittenChangesTest() {
    EXPECT_TRUE(host.disk().make_directories(folder));
    begin();
  }
  void begin() {
    world = &host.start_process("brick");
    recent = std::make_unique<UnwrittenChanges>(*world, "v-index", folder);
    EXPECT_TRUE(simulation.run(recent->open()));
  }
  // As kill -9.
  void restart() {
    world->kill();
    recent.reset();
    begin();
  }
  Gfid object(std::uint8_t number) { return fixed_gfid(static_cast<std::uint8_t>(100 + number)); }
  void change_attributes(std::uint8_t number) { recent->note(fop::Setattr{.gfid = object(number)}); }
  void keep(const Gfid& epoch) { EXPECT_TRUE(simulation.run(recent->keep(copy, epoch))); }
  // Whom it is blamed for, as it comes back.
  std::vector<UnwrittenChange> blamed_for(const Gfid& epoch, int failing = 0) {
    std::vector<UnwrittenChange> all;
    const auto blame = [&](const std::vector<UnwrittenChange>& lost) -> Task<> {
      all = lost;
      return ready<Done>(failing == 0 ? Result<Done>(done) : failed(failing));
    };
    EXPECT_EQ(simulation.run(recent->came_back(copy, epoch, blame)).has_value(), failing == 0);
    std::ranges::sort(all, {}, [](const UnwrittenChange& change) { return std::pair(change.gfid, change.aspect); });
    return all;
  }

  using Changes = std::vector<UnwrittenChange>;
  const std::string folder = "/brick/.glusterfs/indices";
  Simulation simulation{1};
  Host& host = simulation.add_host("server", "10.0.0.1");
  SimulatedWorld* world = nullptr;
  std::unique_ptr<UnwrittenChanges> recent;
  const Gfid one_epoch = fixed_gfid(50), other_epoch = fixed_gfid(51);
};

TEST_F(UnwrittenChangesTest, NothingIsRememberedBeforeSomebodyAsks) {
  change_attributes(1);
  keep(one_epoch);
  EXPECT_EQ(blamed_for(other_epoch), Changes{});
}

TEST_F(UnwrittenChangesTest, WhatChangedWhileItWasThereItIsBlamedForInAnotherEpochOnly) {
  recent->epoch();
  change_attributes(1);
  recent->note(fop::Rename{.old_parent = object(2), .new_parent = object(3)});
  keep(one_epoch);
  EXPECT_EQ(blamed_for(one_epoch), Changes{});
  EXPECT_EQ(blamed_for(other_epoch), Changes{}) << "it was there in the epoch of before";
  keep(one_epoch);
  const Changes all = {{object(1), Aspect::attributes}, {object(2), Aspect::names}, {object(3), Aspect::names}};
  EXPECT_EQ(blamed_for(other_epoch), all);
  EXPECT_EQ(blamed_for(other_epoch), Changes{}) << "once";
}

TEST_F(UnwrittenChangesTest, WhatIsKeptOutlivesTheProcess) {
  recent->epoch();
  change_attributes(1);
  keep(one_epoch);
  restart();
  EXPECT_EQ(blamed_for(other_epoch), (Changes{{object(1), Aspect::attributes}}));
  restart();
  EXPECT_EQ(blamed_for(other_epoch), Changes{});
}

TEST_F(UnwrittenChangesTest, WhatCannotBeBlamedIsKept) {
  recent->epoch();
  change_attributes(1);
  keep(one_epoch);
  blamed_for(other_epoch, EIO);
  EXPECT_EQ(blamed_for(other_epoch), (Changes{{object(1), Aspect::attributes}}));
}

TEST_F(UnwrittenChangesTest, ACopyThatIsLostAgainBeforeItWasBlamedIsBlamedForAll) {
  recent->epoch();
  change_attributes(1);
  keep(one_epoch);
  simulation.run_for(10min);
  change_attributes(2);
  keep(other_epoch);
  EXPECT_EQ(blamed_for(other_epoch), (Changes{{object(1), Aspect::attributes}, {object(2), Aspect::attributes}}));
}

TEST_F(UnwrittenChangesTest, WhatIsOldIsOnTheDisk) {
  recent->epoch();
  change_attributes(1);
  EXPECT_TRUE(host.disk().write_file("/brick/file", "written"));
  EXPECT_TRUE(host.disk().make_directories("/brick/directory"));
  EXPECT_GT(host.disk().state().unsynced_transactions(), 0u);
  simulation.run_for(10s);
  EXPECT_EQ(host.disk().state().unsynced_transactions(), 0u);
  simulation.run_for(10min);
  change_attributes(2);
  keep(one_epoch);
  EXPECT_EQ(blamed_for(other_epoch), (Changes{{object(2), Aspect::attributes}}));
}

TEST_F(UnwrittenChangesTest, ABrickStaysInItsEpochUntilItsMachineGoesDownUnderIt) {
  const Gfid first = recent->epoch();
  restart();
  EXPECT_EQ(recent->epoch(), first) << "killed";
  EXPECT_TRUE(simulation.run(recent->close()));
  host.power_off();
  host.power_on();
  begin();
  EXPECT_EQ(recent->epoch(), first) << "stopped before";
  host.power_off();
  host.power_on();
  begin();
  EXPECT_NE(recent->epoch(), first);
}

TEST_F(UnwrittenChangesTest, ABrickWhoseDiskFailsStopsAndStaysInDoubt) {
  const Gfid first = recent->epoch();
  host.disk().on_call([](const DiskCall& call) { return call.name == "sync_all" ? EIO : 0; });
  EXPECT_TRUE(simulation.run(recent->close()));
  host.disk().on_call([](const DiskCall&) { return 0; });
  host.power_off();
  host.power_on();
  begin();
  EXPECT_NE(recent->epoch(), first);
}

TEST_F(UnwrittenChangesTest, AnEpochThatCannotBeReadIsAnother) {
  const Gfid first = recent->epoch();
  for (const std::string& text : {std::string(), std::string("1 2\n"), std::string(200, 'x'), first.text() + "\n"}) {
    EXPECT_TRUE(host.disk().write_file(folder + "/epoch", text));
    restart();
    EXPECT_NE(recent->epoch(), first);
  }
}

TEST_F(UnwrittenChangesTest, WhatIsKeptAndCannotBeReadIsAnError) {
  for (const std::string& text : {std::string("short"), std::string(16 + 17, 'x'), std::string(20, 'x')}) {
    EXPECT_TRUE(host.disk().write_file(folder + "/kept/" + copy, text));
    UnwrittenChanges other(*world, "v-index", folder);
    EXPECT_FALSE(simulation.run(other.open()));
  }
}

TEST_F(UnwrittenChangesTest, ANameThatLeadsElsewhereIsRefused) {
  recent->epoch();
  EXPECT_FALSE(simulation.run(recent->keep("trusted.afr.v/../../x", one_epoch)));
}

}  // namespace
}  // namespace mortar::index
