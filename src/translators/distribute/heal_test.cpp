// Directories that are not alike on all bricks.
#include "base/log.h"
#include "translators/distribute/directories_test_support.h"

namespace mortar {
namespace {

using namespace testing;

using HealDirectory = DirectoryTest;

TEST_F(HealDirectory, NothingIsDoneWhereAllIsWell) {
  MessageCount count(lab);
  ASSERT_TRUE(look());
  EXPECT_EQ(count.all, 3U);
  lab.on_message({});
}

TEST_F(HealDirectory, AMissingCopyIsMadeLikeTheLeaders) {
  const std::string acl(
      "\2\0\0\0\1\0\7\0\xff\xff\xff\xff\4\0\5\0\xff\xff\xff\xff\20\0\5\0\xff\xff\xff\xff\40\0\0\0\xff\xff\xff\xff", 36);
  set_xattr_on(lab, leader, gfid, "user.color", "red");
  set_xattr_on(lab, leader, gfid, "security.selinux", "label");
  set_xattr_on(lab, leader, gfid, "system.posix_acl_default", acl);
  set_xattr_on(lab, leader, gfid, "trusted.of.one.copy", "not copied");
  own_on(lab, leader, gfid, 02751, 42);
  remove_on(lab, one, root_gfid, "d");
  const std::vector<Range> before = ranges();
  const Result<fop::Lookup::Reply> found = look();
  ASSERT_TRUE(found);
  lab.settle();
  BrickOfLab& brick = lab.brick(one);
  ASSERT_TRUE(brick.exists("d"));
  EXPECT_EQ(brick.xattr("d", "trusted.gfid"), lab.brick(leader).xattr("d", "trusted.gfid"));
  EXPECT_EQ(brick.xattr("d", "user.color"), "red");
  EXPECT_EQ(brick.xattr("d", "security.selinux"), "label");
  EXPECT_EQ(brick.xattr("d", "system.posix_acl_default"), acl);
  EXPECT_TRUE(brick.xattr("d", "trusted.of.one.copy").starts_with("error"));
  EXPECT_TRUE(brick.xattr("d", leader_key).starts_with("error"));
  EXPECT_EQ(brick.xattr("d", "trusted.glusterfs.mdata"), lab.brick(leader).xattr("d", "trusted.glusterfs.mdata"));
  EXPECT_ALIKE(lab, "d");
  EXPECT_EQ(brick.status("d").uid, 42U);
  // With it a range was lost, which nobody else had.
  EXPECT_NE(ranges(), before);
  const Result<fop::Lookup::Reply> again = look();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->iatt, found->iatt);
}

TEST_F(HealDirectory, ANewBrickGetsCopiesWithoutNames) {
  std::vector<Range> before = ranges();
  // As after add-brick: the others share all hashes.
  for (std::size_t brick : {leader, two}) {
    Layout layout(1);
    layout[0] = {.start = brick == leader ? 0 : 0x80000000,
                 .stop = brick == leader ? 0x7fffffff : 0xffffffff,
                 .commit_hash = 77};
    set_xattr_on(lab, brick, gfid, layout_key, std::string(as_text(layout.stored(0))));
  }
  before = ranges();
  remove_on(lab, one, root_gfid, "d");
  ASSERT_TRUE(look());
  before[one] = {.commit_hash = 77};
  EXPECT_EQ(ranges(), before);
  EXPECT_TRUE(lab.client().create(gfid, "file"));
}

TEST_F(HealDirectory, ALostRangeIsFoundAgain) {
  std::vector<Range> before = ranges();
  lab.brick(one).remove_xattr("d", layout_key);
  ASSERT_TRUE(look());
  // The path decides where ranges begin: they are what they were, but nobody may rely on them.
  for (Range& range : before) range.commit_hash = invalid_commit_hash;
  EXPECT_EQ(ranges(), before);
}

TEST_F(HealDirectory, OverlappingRangesAreDealtAnew) {
  std::vector<Range> before = ranges();
  set_xattr_on(lab, one, gfid, layout_key, lab.brick(two).xattr("d", layout_key));
  ASSERT_TRUE(look());
  for (Range& range : before) range.commit_hash = invalid_commit_hash;
  EXPECT_EQ(ranges(), before);
}

TEST(HealDirectoryBesideOthers, TwoHealersOfDifferentMindsGiveOneLayout) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    DistributeLab lab(4, {}, seed);
    DistributeClient& other = lab.add_client({{"decommissioned-bricks", "v-client-1"}});
    ASSERT_TRUE(lab.client().lookup(root_gfid));
    ASSERT_TRUE(other.lookup(root_gfid));
    ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
    lab.settle();
    lab.brick(seed % 4).remove_xattr("d", layout_key);
    const auto one = lab.client().begin(fop::Lookup{.parent = root_gfid, .name = "d"});
    lab.simulation().run_for(std::chrono::microseconds(lab.simulation().random().below(1000)));
    const auto two = other.begin(fop::Lookup{.parent = root_gfid, .name = "d"});
    lab.settle();
    ASSERT_TRUE(*one && **one && *two && **two);
    EXPECT_ALIKE(lab, "d");
  }
}

TEST_F(HealDirectory, OwnerAndModeAreTheLeaders) {
  own_on(lab, leader, gfid, 0700, 11);
  const Result<fop::Lookup::Reply> found = look();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->iatt.mode, 040700U);
  EXPECT_EQ(found->iatt.uid, 11U);
  EXPECT_ALIKE(lab, "d");
  own_on(lab, two, gfid, 0777, 12);
  ASSERT_TRUE(look());
  EXPECT_ALIKE(lab, "d");
  EXPECT_EQ(lab.brick(two).status("d").uid, 11U);
}

TEST_F(HealDirectory, ChangesThatOthersLackAreCopied) {
  set_xattr_on(lab, leader, gfid, "user.new", "1");
  for (std::size_t brick : {one, two}) set_xattr_on(lab, brick, gfid, "user.removed", "1");
  set_xattr_on(lab, one, gfid, "trusted.of.one.copy", "stays");
  ASSERT_TRUE(look());
  EXPECT_TRUE(lab.brick(one).xattr("d", "user.new").starts_with("error"));  // nothing says that something is lacking
  set_xattr_on(lab, leader, gfid, leader_key, std::string(4, '\xff'));
  ASSERT_TRUE(look());
  for (std::size_t brick : {one, two}) {
    EXPECT_EQ(lab.brick(brick).xattr("d", "user.new"), "1");
    EXPECT_TRUE(lab.brick(brick).xattr("d", "user.removed").starts_with("error"));
  }
  EXPECT_EQ(lab.brick(one).xattr("d", "trusted.of.one.copy"), "stays");
  EXPECT_EQ(lab.brick(leader).xattr("d", leader_key), no_changes);
}

TEST_F(HealDirectory, ADirectoryWithoutALeaderGetsOne) {
  lab.brick(leader).remove_xattr("d", leader_key);
  ASSERT_TRUE(look());
  EXPECT_EQ(leader_of(lab, "d"), leader);
  EXPECT_EQ(lab.brick(leader).xattr("d", leader_key), no_changes);
}

// With a gfid that the mount made up, for what nobody has given one.
fop::Lookup lookup_with_identity(DistributeLab& lab, const std::string& name) {
  fop::Lookup lookup{.parent = root_gfid, .name = name};
  lookup.xdata.set("gfid-req", lab.client().world().random_gfid());
  return lookup;
}

TEST_F(HealDirectory, ACopyWithoutAnIdentityGetsThatOfTheOthers) {
  for (std::size_t brick : {leader, one}) {
    lab.brick(brick).remove_xattr("d", "trusted.gfid");
    lab.settle();
    const Result<fop::Lookup::Reply> found = lab.add_client().ask(lookup_with_identity(lab, "d"));
    ASSERT_TRUE(found) << found.error().sentence();
    EXPECT_EQ(found->iatt.gfid, gfid);
    EXPECT_ALIKE(lab, "d");
  }
}

TEST_F(HealDirectory, WhatWasPutOntoTheBricksByHandGetsOneIdentity) {
  for (std::size_t brick = 0; brick < 3; ++brick) {
    for (const char* name : {"by-hand", "by-hand-too"}) {
      EXPECT_TRUE(lab.brick(brick).disk().make_directory(FileSystem::no_directory, lab.brick(brick).path(name), 0755));
    }
  }
  lab.settle();
  for (const char* name : {"by-hand", "by-hand-too"}) {
    const Result<fop::Lookup::Reply> found = lab.client().ask(lookup_with_identity(lab, name));
    ASSERT_TRUE(found) << found.error().sentence();
    EXPECT_ALIKE(lab, name);
    EXPECT_TRUE(lab.client().create(found->iatt.gfid, "file"));
  }
}

TEST_F(HealDirectory, NothingIsHealedWhileABrickIsAway) {
  remove_on(lab, one, root_gfid, "d");
  lab.brick(two).go_away();
  MessageCount count(lab);
  ASSERT_TRUE(look());
  EXPECT_EQ(count.by_name["MKDIR"] + count.by_name["SETXATTR"] + count.by_name["INODELK"], 0U);
  EXPECT_FALSE(lab.brick(one).exists("d"));
  lab.on_message({});
  lab.brick(two).come_back();
  ASSERT_TRUE(look());
  EXPECT_ALIKE(lab, "d");
}

// Whose data is gone: where all bricks answer, no file can be of this name.
TEST_F(HealDirectory, ALinkFileInTheWayOfACopyGoes) {
  for (std::size_t place : {leader, one}) {
    remove_on(lab, place, root_gfid, "d");
    fop::Mknod link{.parent = root_gfid, .mode = 0101000, .name = "d"};
    link.xdata.set("gfid-req", lab.client().world().random_gfid());
    link.xdata.set_bytes("trusted.glusterfs.dht.linkto", as_bytes(std::string("v-client-0") + '\0'));
    on_one(lab, place, link);
    for (int looked = 0; looked < 2; ++looked) {
      ASSERT_TRUE(look());
      lab.settle();
    }
    for (std::size_t brick = 0; brick < lab.bricks(); ++brick) {
      EXPECT_EQ(lab.brick(brick).xattr("d", "trusted.gfid"), as_text(gfid.view())) << brick;
    }
  }
}

TEST_F(HealDirectory, ABrickThatRefusesIsNotAskedAgainAtOnce) {
  remove_on(lab, one, root_gfid, "d");
  std::size_t refused = 0, locks = 0;
  lab.on_message([&](std::size_t, std::string_view operation) {
    locks += operation == "INODELK" ? 1 : 0;
    if (operation != "MKDIR") return 0;
    ++refused;
    return ENOSPC;
  });
  ASSERT_TRUE(look());
  EXPECT_EQ(refused, 1U);
  // Its names have gone to the others.
  const std::vector<Range> after = ranges();
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) EXPECT_TRUE(lab.client().create(gfid, name)) << name;
  locks = 0;
  ASSERT_TRUE(look());
  EXPECT_EQ(refused, 1U);
  EXPECT_EQ(locks, 0U);
  lab.simulation().run_for(std::chrono::seconds(11));
  ASSERT_TRUE(look());
  EXPECT_EQ(refused, 2U);
  lab.on_message({});
  lab.simulation().run_for(std::chrono::seconds(11));
  ASSERT_TRUE(look());
  EXPECT_ALIKE(lab, "d");
  EXPECT_EQ(ranges()[leader], after[leader]);
}

TEST_F(HealDirectory, AReadOnlyBrickIsServedAsItIs) {
  lab.brick(one).remove_xattr("d", layout_key);
  own_on(lab, two, gfid, 0777, 12);
  std::size_t writes = 0;
  lab.on_message([&](std::size_t, std::string_view operation) {
    const bool changes = operation == "MKDIR" || operation == "SETXATTR" || operation == "SETATTR";
    writes += changes ? 1 : 0;
    return changes ? EROFS : 0;
  });
  const Result<fop::Lookup::Reply> found = look();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->iatt.mode, 040750U);
  EXPECT_LE(writes, 4U);
  lab.on_message({});
}

TEST_F(HealDirectory, TwoDirectoriesOfOneNameAreAnError) {
  remove_on(lab, one, root_gfid, "d");
  fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = "d"};
  mkdir.xdata.set("gfid-req", lab.client().world().random_gfid());
  on_one(lab, one, mkdir);
  struct Lines : log::Sink {
    void write(std::string_view line) override { text += line; }
    std::string text;
  } lines;
  log::set_sink(&lines);
  EXPECT_EQ(look().error().number(), EIO);
  log::set_sink(nullptr);
  EXPECT_NE(lines.text.find(fmt::format("v-client-{}", leader)), std::string::npos) << lines.text;
  EXPECT_NE(lines.text.find(fmt::format("v-client-{}", one)), std::string::npos) << lines.text;
  EXPECT_EQ(lab.client().rmdir(root_gfid, "d").error().number(), EIO);
  // It may be a rename half way, which only its locks tell.
  lab.on_message([](std::size_t, std::string_view operation) { return operation == "ENTRYLK" ? ENOTCONN : 0; });
  EXPECT_EQ(look().error().number(), ENOTCONN);
  lab.on_message({});
}

TEST_F(HealDirectory, WhoKnowsOnlyTheGfidHealsAlongThePath) {
  const Gfid inner = lab.client().mkdir(gfid, "inner")->iatt.gfid;
  lab.settle();
  remove_on(lab, one, gfid, "inner");
  remove_on(lab, one, root_gfid, "d");
  DistributeClient& other = lab.add_client();
  ASSERT_TRUE(other.lookup(inner));
  EXPECT_ALIKE(lab, "d");
  EXPECT_ALIKE(lab, "d/inner");
}

TEST_F(HealDirectory, TheRootOfANewBrickGetsOwnerAndModeOfTheOthers) {
  for (std::size_t brick : {leader, two}) own_on(lab, brick, root_gfid, 01777, 9);
  lab.brick(one).remove_xattr("", layout_key);
  ASSERT_TRUE(lab.client().lookup(root_gfid));
  EXPECT_ALIKE(lab, "");
  EXPECT_EQ(lab.brick(one).status("").uid, 9U);
}

}  // namespace
}  // namespace mortar
