// Making directories: where they are, what their layouts are, two makers of one name, makers that die.
#include "translators/distribute/directories_test_support.h"

namespace mortar {
namespace {

using namespace testing;

TEST(DistributeDirectories, TheRootGetsALayoutWhenItIsFirstLookedUp) {
  DistributeLab lab(3);
  for (std::size_t brick = 0; brick < 3; ++brick) EXPECT_FALSE(lab.range(brick, "").commit_hash);
  ASSERT_TRUE(lab.client().lookup(root_gfid));
  EXPECT_ALIKE(lab, "");
  for (std::size_t brick = 0; brick < 3; ++brick) {
    EXPECT_EQ(lab.range(brick, "").commit_hash, invalid_commit_hash);
    EXPECT_TRUE(lab.range(brick, "").takes_part());
    EXPECT_TRUE(lab.brick(brick).xattr("", leader_key).starts_with("error"));
  }
}

TEST(DistributeDirectories, ANewDirectoryIsOnAllBricksWithItsLayout) {
  StartedLab lab(4);
  const Result<fop::Made> made = lab.client().mkdir(root_gfid, "d", 01751);
  ASSERT_TRUE(made) << made.error().sentence();
  EXPECT_EQ(made->iatt.mode, 041751U);
  EXPECT_EQ(made->iatt.size, 4096U);
  EXPECT_EQ(made->iatt.blocks, 8U);
  EXPECT_EQ(made->parent_after.size, 4096U);
  EXPECT_EQ(made->parent_after.blocks, 8U);
  EXPECT_EQ(made->parent_after.modified, made->iatt.modified);
  lab.settle();
  EXPECT_ALIKE(lab, "d");
  std::size_t leaders = 0;
  for (std::size_t brick = 0; brick < 4; ++brick) {
    EXPECT_EQ(lab.range(brick, "d").commit_hash, 0U);
    leaders += lab.brick(brick).xattr("d", leader_key) == no_changes ? 1 : 0;
  }
  EXPECT_EQ(leaders, 1U);
  EXPECT_EQ(lab.client().mkdir(root_gfid, "d").error().number(), EEXIST);
}

TEST(DistributeDirectories, LayoutsAreThoseOfStock) {
  StartedLab lab(4);
  // dm("/d1") is 0x2514b7f2: the first range is that of the third brick.
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d1"));
  EXPECT_EQ(lab.range(2, "d1"), (Range{.start = 0, .stop = 0x3ffffffe, .commit_hash = 0}));
  EXPECT_EQ(lab.range(3, "d1"), (Range{.start = 0x3fffffff, .stop = 0x7ffffffd, .commit_hash = 0}));
  EXPECT_EQ(lab.range(0, "d1"), (Range{.start = 0x7ffffffe, .stop = 0xbffffffc, .commit_hash = 0}));
  EXPECT_EQ(lab.range(1, "d1"), (Range{.start = 0xbffffffd, .stop = 0xffffffff, .commit_hash = 0}));
}

TEST(DistributeDirectories, MakingTakesThreeTripsAndAsksTheOthersOnce) {
  StartedLab lab(4);
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "first"));
  lab.settle();
  MessageCount count(lab);
  const Instant before = lab.simulation().now();
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  EXPECT_LE(lab.simulation().now() - before, std::chrono::milliseconds(4));
  lab.settle();
  EXPECT_EQ(count.by_name["INODELK"], 2U);
  EXPECT_EQ(count.by_name["ENTRYLK"], 2U);
  EXPECT_EQ(count.by_name["MKDIR"], 4U);
  EXPECT_EQ(count.by_name["SETXATTR"], 1U);
  EXPECT_EQ(count.all - count.by_name["STATFS"], 9U);
  lab.on_message({});
}

TEST(DistributeDirectories, AMakerWithAnOldLayoutReadsItAgain) {
  StartedLab lab(3);
  DistributeClient& other = lab.add_client();
  const Gfid parent = lab.client().mkdir(root_gfid, "p")->iatt.gfid;
  ASSERT_TRUE(other.lookup(root_gfid, "p"));
  // As a rebalance leaves it: the ranges have gone round.
  std::vector<std::string> values;
  for (std::size_t brick = 0; brick < 3; ++brick) values.push_back(lab.brick(brick).xattr("p", layout_key));
  for (std::size_t brick = 0; brick < 3; ++brick) lab.brick(brick).set_xattr("p", layout_key, values[(brick + 1) % 3]);
  MessageCount count(lab);
  for (const char* name : {"a", "b", "c", "d"}) {
    const Result<fop::Made> made = other.mkdir(parent, name);
    EXPECT_TRUE(made) << made.error().sentence();
  }
  EXPECT_EQ(count.by_name["MKDIR"], 4U * 3 + 1);
  lab.on_message({});
  lab.settle();
  for (const char* name : {"p/a", "p/b", "p/c", "p/d"}) EXPECT_ALIKE(lab, name);
}

TEST(DistributeDirectories, AMakerDoesNotTryForEver) {
  StartedLab lab(2);
  const Gfid parent = lab.client().mkdir(root_gfid, "p")->iatt.gfid;
  // A brick that shows one layout and compares with another.
  std::size_t tries = 0;
  lab.on_message([&](std::size_t brick, std::string_view operation) {
    if (operation != "MKDIR") return 0;
    ++tries;
    std::string value = lab.brick(brick).xattr("p", layout_key);
    value[3] = static_cast<char>(value[3] ^ 1);
    lab.brick(brick).set_xattr("p", layout_key, value);
    return 0;
  });
  EXPECT_EQ(lab.client().mkdir(parent, "d").error().number(), EIO);
  EXPECT_EQ(tries, 2U);
  lab.on_message({});
  EXPECT_TRUE(lab.is_nowhere("p/d"));
}

TEST(DistributeDirectories, TwoMakersOfOneNameMakeOneDirectory) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    StartedLab lab(3, {}, seed);
    DistributeClient& other = lab.add_started_client();
    std::vector<std::shared_ptr<std::optional<Result<fop::Made>>>> outcomes;
    std::vector<std::shared_ptr<std::optional<Result<fop::Lookup::Reply>>>> seen;
    for (DistributeClient* client : {&lab.client(), &other}) {
      for (int times = 0; times < 2; ++times) {
        fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = "d"};
        mkdir.xdata.set("gfid-req", client->world().random_gfid());
        outcomes.push_back(client->begin(mkdir));
        lab.simulation().run_for(std::chrono::microseconds(lab.simulation().random().below(2000)));
        seen.push_back(client->begin(fop::Lookup{.parent = root_gfid, .name = "d"}));
      }
    }
    lab.settle();
    std::size_t made = 0;
    Gfid identity;
    for (const auto& outcome : outcomes) {
      ASSERT_TRUE(*outcome);
      made += **outcome ? 1 : 0;
      if (**outcome) identity = (**outcome)->iatt.gfid;
      if (!**outcome) EXPECT_EQ((*outcome)->error().number(), EEXIST);
    }
    EXPECT_EQ(made, 1U);
    for (const auto& look : seen) {
      ASSERT_TRUE(*look);
      if (**look) EXPECT_EQ((**look)->iatt.gfid, identity);
      if (!**look) EXPECT_EQ((*look)->error().number(), ENOENT);
    }
    EXPECT_ALIKE(lab, "d");
  }
}

TEST(DistributeDirectories, ADirectoryThatOneBrickHasUnderTheNameIsFoundByWhoWouldMakeIt) {
  StartedLab lab(3);
  // Left over from a time when the other bricks were away.
  const Gfid old = lab.client().mkdir(root_gfid, "d")->iatt.gfid;
  const std::size_t kept = (leader_of(lab, "d") + 1) % 3;
  for (std::size_t brick = 0; brick < 3; ++brick) {
    if (brick != kept) remove_on(lab, brick, root_gfid, "d");
  }
  DistributeClient& other = lab.add_started_client();
  EXPECT_EQ(other.mkdir(root_gfid, "d").error().number(), EEXIST);
  const Result<fop::Lookup::Reply> found = other.lookup(root_gfid, "d");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->iatt.gfid, old);
  EXPECT_ALIKE(lab, "d");
}

// ---- What is left by whoever dies

TEST(DistributeDirectories, AMakerThatDiesLeavesWhatTheNextLookupHeals) {
  bool lived = false;
  for (std::size_t message = 0; !lived; ++message) {
    SCOPED_TRACE(message);
    StartedLab lab(3, {}, message + 1);
    fop::Mkdir mkdir{.parent = root_gfid, .mode = 0711, .name = "d"};
    mkdir.xdata.set("gfid-req", lab.client().world().random_gfid());
    mkdir.xdata.set_bytes("user.made", as_bytes(std::string_view("so")));
    lived = dies_in(lab, message, mkdir);
    DistributeClient& heir = lab.add_started_client();
    const Result<fop::Lookup::Reply> found = heir.lookup(root_gfid, "d");
    if (!found) {
      EXPECT_EQ(found.error().number(), ENOENT);
      EXPECT_TRUE(lab.is_nowhere("d"));
      EXPECT_TRUE(heir.mkdir(root_gfid, "d"));
      continue;
    }
    EXPECT_EQ(found->iatt.mode, 040711U);
    EXPECT_ALIKE(lab, "d");
    for (std::size_t brick = 0; brick < 3; ++brick) EXPECT_EQ(lab.brick(brick).xattr("d", "user.made"), "so");
    EXPECT_TRUE(heir.create(found->iatt.gfid, "file"));
  }
}

TEST(DistributeDirectories, ARemoverThatDiesLeavesWhatTheNextLookupHeals) {
  bool lived = false;
  for (std::size_t message = 0; !lived; ++message) {
    SCOPED_TRACE(message);
    StartedLab lab(3, {}, message + 1);
    ASSERT_TRUE(lab.client().mkdir(root_gfid, "d", 0750));
    lived = dies_in(lab, message, fop::Rmdir{.parent = root_gfid, .name = "d"});
    DistributeClient& heir = lab.add_started_client();
    const Result<fop::Lookup::Reply> found = heir.lookup(root_gfid, "d");
    if (!found) {
      EXPECT_EQ(found.error().number(), ENOENT);
      EXPECT_TRUE(lab.is_nowhere("d"));
      continue;
    }
    EXPECT_ALIKE(lab, "d");
    EXPECT_TRUE(heir.rmdir(root_gfid, "d"));
    EXPECT_TRUE(lab.is_nowhere("d"));
  }
}

TEST(DistributeDirectories, AHealerThatDiesLeavesWhatTheNextLookupHeals) {
  bool lived = false;
  for (std::size_t message = 0; !lived; ++message) {
    SCOPED_TRACE(message);
    StartedLab lab(3, {}, message + 1);
    const Gfid gfid = lab.client().mkdir(root_gfid, "d", 0750)->iatt.gfid;
    const std::size_t leader = leader_of(lab, "d");
    set_xattr_on(lab, leader, gfid, "user.color", "red");
    remove_on(lab, (leader + 1) % 3, root_gfid, "d");
    own_on(lab, leader, gfid, 0755, 77);
    lived = dies_in(lab, message, fop::Lookup{.parent = root_gfid, .name = "d"});
    DistributeClient& heir = lab.add_started_client();
    const Result<fop::Lookup::Reply> found = heir.lookup(root_gfid, "d");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->iatt.uid, 77U);
    EXPECT_ALIKE(lab, "d");
    EXPECT_EQ(lab.brick((leader + 1) % 3).xattr("d", "user.color"), "red");
    EXPECT_EQ(lab.brick((leader + 1) % 3).status("d").uid, 77U);
  }
}

// ---- Bricks that get no names

TEST(DistributeDirectories, ABrickThatLeavesGetsCopiesWithoutNames) {
  StartedLab lab(3, {{"decommissioned-bricks", "v-client-1"}});
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  lab.settle();
  EXPECT_ALIKE(lab, "d");
  EXPECT_FALSE(lab.range(1, "d").takes_part());
  EXPECT_EQ(lab.range(1, "d").commit_hash, 0U);
}

// In the root a missing name is looked for everywhere, as its layout was never given out by a rebalance.
TEST(DistributeDirectories, ABrickThatIsAwayKeepsOnlyItsOwnNamesFromBeingMade) {
  for (std::size_t away = 0; away < 3; ++away) {
    StartedLab lab(3);
    std::vector<std::pair<std::string, std::size_t>> names;
    for (int number = 0; number < 12; ++number) {
      const std::string name = fmt::format("name{}", number);
      ASSERT_TRUE(lab.client().mkdir(root_gfid, name));
      names.emplace_back(name, leader_of(lab, name));
      ASSERT_TRUE(lab.client().rmdir(root_gfid, name));
    }
    lab.settle();
    lab.brick(away).go_away();
    for (const auto& [name, hashed] : names) {
      const Result<fop::Lookup::Reply> found = lab.client().lookup(root_gfid, name);
      EXPECT_EQ(found.error().number(), hashed == away ? ENOTCONN : ENOENT) << name;
      EXPECT_EQ(lab.client().mkdir(root_gfid, name).has_value(), hashed != away) << name;
    }
  }
}

TEST(DistributeDirectories, ABrickThatIsAwayGetsItsCopyLater) {
  StartedLab lab(3);
  std::size_t made = 0;
  lab.brick(2).go_away();
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    const Result<fop::Made> reply = lab.client().mkdir(root_gfid, name);
    if (!reply) {
      // Where its name hashes to decides.
      EXPECT_EQ(reply.error().number(), ENOTCONN);
      continue;
    }
    ++made;
    EXPECT_TRUE(lab.client().create(reply->iatt.gfid, "file"));
  }
  EXPECT_GT(made, 0U);
  lab.brick(2).come_back();
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    const Result<fop::Lookup::Reply> found = lab.client().lookup(root_gfid, name);
    if (!found) continue;
    EXPECT_ALIKE(lab, name);
    EXPECT_FALSE(lab.range(2, name).takes_part());
    EXPECT_TRUE(lab.client().lookup(found->iatt.gfid, "file"));
  }
}

TEST(DistributeDirectories, ABrickThatRefusesACopyGetsNoNames) {
  for (std::size_t refuses = 0; refuses < 3; ++refuses) {
    StartedLab lab(3);
    lab.on_message([&](std::size_t brick, std::string_view operation) {
      return operation == "MKDIR" && brick == refuses ? ENOSPC : 0;
    });
    const Result<fop::Made> made = lab.client().mkdir(root_gfid, "d");
    lab.on_message({});
    if (!made) {
      EXPECT_EQ(made.error().number(), ENOSPC);
      EXPECT_TRUE(lab.is_nowhere("d"));
      continue;
    }
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) EXPECT_TRUE(lab.client().create(made->iatt.gfid, name));
    ASSERT_TRUE(lab.client().lookup(root_gfid, "d"));
    EXPECT_ALIKE(lab, "d");
    EXPECT_FALSE(lab.range(refuses, "d").takes_part());
  }
}

}  // namespace
}  // namespace mortar
