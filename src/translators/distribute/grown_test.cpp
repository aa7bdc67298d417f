// Volumes that got more bricks: layouts that are younger than directories, and clients that know them as they were.
#include "translators/distribute/directories_test_support.h"
#include "translators/distribute/layout_crawl.h"
#include "translators/distribute/sole_subvolume.h"

namespace mortar::testing {
namespace {

// A directory whose names are all on brick 0, as brick 1 was added after it had been made.
struct GrownDirectory : ::testing::Test {
  GrownDirectory() {
    gfid = lab.client().mkdir(root_gfid, "d")->iatt.gfid;
    Layout before(2);
    before[0] = Range{.stop = 0xffffffff, .commit_hash = 0};
    before[1] = Range{.commit_hash = 0};
    for (std::size_t brick : {0, 1}) {
      lab.brick(brick).set_xattr("d", layout_key, std::string(as_text(before.stored(brick))));
    }
    for (DistributeClient* client : {&lab.client(), &other}) EXPECT_TRUE(client->lookup(root_gfid, "d"));
  }
  Result<Done> fix() {
    LayoutCrawl crawl(other.top());
    Result<Done> walked = lab.simulation().run(crawl.run());
    EXPECT_EQ(crawl.failures(), 0U);
    return walked;
  }
  // One that hashes to brick 1 once that has names.
  std::string name_for(std::size_t brick) {
    for (int number = 0;; ++number) {
      std::string name = fmt::format("file-{}", number);
      const Range range = lab.range(brick, "d");
      const std::uint32_t hash = (*NameHash::make("", ""))(name);
      if (!lab.brick(0).exists("d/" + name) && hash >= range.start && hash <= range.stop) return name;
    }
  }

  StartedLab lab{2};
  DistributeClient& other = lab.add_started_client();
  Gfid gfid;
};

TEST_F(GrownDirectory, AWalkGivesNamesToTheNewBrick) {
  ASSERT_TRUE(fix());
  EXPECT_TRUE(lab.range(0, "d").takes_part());
  EXPECT_TRUE(lab.range(1, "d").takes_part());
  EXPECT_ALIKE(lab, "d");
  MessageCount count(lab);
  ASSERT_TRUE(fix());
  EXPECT_EQ(count.by_name["SETXATTR"], 0U) << "what is in order is passed over";
  EXPECT_EQ(count.by_name["INODELK"], 0U);
}

TEST_F(GrownDirectory, WhoKnowsTheOldLayoutMakesNamesWhereTheyBelongNow) {
  ASSERT_TRUE(fix());
  const std::string made = name_for(1);
  ASSERT_TRUE(lab.client().create(gfid, made));
  EXPECT_TRUE(lab.brick(1).exists("d/" + made));
  EXPECT_FALSE(lab.brick(0).exists("d/" + made));
}

TEST_F(GrownDirectory, WhoKnowsTheOldLayoutFindsWhatOthersMake) {
  ASSERT_TRUE(fix());
  const std::string made = name_for(1);
  ASSERT_TRUE(other.create(gfid, made));
  EXPECT_TRUE(lab.client().lookup(gfid, made));
}

TEST_F(GrownDirectory, ANameThatStandsWhereItBelongedIsNotMadeAgain) {
  std::map<std::string, Gfid> files;
  for (int number = 0; number < 8; ++number) {
    const std::string name = fmt::format("old-{}", number);
    files[name] = other.create(gfid, name)->iatt.gfid;
  }
  ASSERT_TRUE(fix());
  DistributeClient& third = lab.add_started_client();
  ASSERT_TRUE(third.lookup(root_gfid, "d"));
  for (DistributeClient* client : {&lab.client(), &third}) {
    for (const auto& [name, file] : files) {
      const auto opened = client->create(gfid, name);
      ASSERT_TRUE(opened) << name;
      EXPECT_EQ(opened->iatt.gfid, file) << name;
      fop::Mknod mknod{.parent = gfid, .mode = 0100644, .name = name};
      mknod.xdata.set("gfid-req", fixed_gfid(9));
      EXPECT_EQ(client->error_of(mknod), EEXIST) << name;
    }
  }
}

TEST_F(GrownDirectory, AWalkThatIsCutOffLeavesWhatTheNextLookupHeals) {
  for (std::size_t message = 0; message < 60; ++message) {
    DistributeClient& walker = lab.add_started_client();
    std::size_t sent = 0;
    bool dead = false;
    lab.on_message([&](std::size_t, std::string_view) {
      dead = dead || ++sent > message;
      return dead ? EIO : 0;
    });
    fop::Setxattr fix{.gfid = gfid};
    fix.values.set_text("distribute.fix.layout", "yes");
    auto outcome = walker.begin(fix);
    lab.simulation().run_until([&] { return dead || outcome->has_value(); });
    walker.die();
    lab.on_message({});
    lab.settle();
    ASSERT_TRUE(other.lookup(root_gfid, "d"));
    EXPECT_ALIKE(lab, "d");
    if (!dead) break;
  }
}

// A brick was added, so its root has nothing yet of what the others have alike.
TEST(GrownRoot, TheNewBrickGetsTheAttributesOfTheOthers) {
  StartedLab lab(2);
  Layout before(1);
  before[0] = Range{.stop = 0xffffffff, .commit_hash = 0};
  lab.brick(0).set_xattr("", layout_key, std::string(as_text(before.stored(0))));
  set_xattr_on(lab, 0, root_gfid, "user.colour", "green");
  set_xattr_on(lab, 0, root_gfid, "user.shape", "round");
  set_xattr_on(lab, 1, root_gfid, "user.shape", "square");
  lab.brick(1).remove_xattr("", layout_key);
  lab.add_started_client();
  EXPECT_EQ(lab.brick(1).xattr("", "user.colour"), "green");
  EXPECT_EQ(lab.brick(1).xattr("", "user.shape"), "square") << "a user has set it since";
  EXPECT_FALSE(lab.range(1, "").takes_part());
  MessageCount count(lab);
  lab.add_started_client();
  EXPECT_EQ(count.by_name["SETXATTR"], 0U) << "once is enough";
}

// Of one subvolume distribute is not needed; its directories say all the same where their names are.
TEST(SoleSubvolume, ItsDirectoriesHaveAllTheirNamesThere) {
  StartedLab lab(2);
  distribute::SoleSubvolume sole("v-dht", layout_key);
  sole.add_child(lab.brick(0).top());
  fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = "d"};
  mkdir.xdata.set("gfid-req", fixed_gfid(77));
  ASSERT_TRUE(lab.simulation().run(sole.perform(lab.client().user(), mkdir)));
  const Range range = lab.range(0, "d");
  EXPECT_EQ(range.start, 0U);
  EXPECT_EQ(range.stop, 0xffffffffU);
  EXPECT_EQ(range.commit_hash, 0U);
  const fop::Getxattr get{.gfid = fixed_gfid(77), .xdata = {}};
  const Result<fop::Values> shown = lab.simulation().run(sole.perform(lab.client().user(), get));
  ASSERT_TRUE(shown);
  EXPECT_FALSE(shown->values.has(layout_key));
  ASSERT_TRUE(lab.client().lookup(root_gfid, "d"));
  EXPECT_FALSE(lab.range(1, "d").takes_part()) << "it keeps its names";
  EXPECT_ALIKE(lab, "d");
}

}  // namespace
}  // namespace mortar::testing
