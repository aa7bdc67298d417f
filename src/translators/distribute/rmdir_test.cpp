// Removing directories.
#include "translators/distribute/directories_test_support.h"

namespace mortar {
namespace {

using namespace testing;

using RemoveDirectory = DirectoryTest;

TEST_F(RemoveDirectory, AnEmptyDirectoryIsRemovedInThreeTrips) {
  MessageCount count(lab);
  const Instant before = lab.simulation().now();
  const Result<fop::Changed> removed = lab.client().rmdir(root_gfid, "d");
  ASSERT_TRUE(removed) << removed.error().sentence();
  EXPECT_LE(lab.simulation().now() - before, std::chrono::milliseconds(4));
  EXPECT_EQ(removed->after.size, 4096U);
  EXPECT_EQ(removed->after.blocks, 8U);
  lab.settle();
  EXPECT_TRUE(lab.is_nowhere("d"));
  EXPECT_EQ(count.by_name["RMDIR"], 3U);
  EXPECT_EQ(count.by_name["READDIRP"], 3U);
  EXPECT_EQ(count.all, 3U + 3 + 3 + 4);
  lab.on_message({});
  EXPECT_EQ(lab.client().rmdir(root_gfid, "d").error().number(), ENOENT);
  EXPECT_EQ(look().error().number(), ENOENT);
  EXPECT_TRUE(lab.client().mkdir(root_gfid, "d"));
}

TEST_F(RemoveDirectory, ADirectoryWithSomethingInItStays) {
  ASSERT_TRUE(lab.client().create(gfid, "file"));
  EXPECT_EQ(lab.client().rmdir(root_gfid, "d").error().number(), ENOTEMPTY);
  ASSERT_TRUE(lab.client().ask(fop::Unlink{.parent = gfid, .name = "file"}));
  ASSERT_TRUE(lab.client().mkdir(gfid, "inner"));
  EXPECT_EQ(lab.client().rmdir(root_gfid, "d").error().number(), ENOTEMPTY);
  EXPECT_EQ(lab.client().rmdir(root_gfid, "nothing").error().number(), ENOENT);
  ASSERT_TRUE(lab.client().create(root_gfid, "file"));
  EXPECT_EQ(lab.client().rmdir(root_gfid, "file").error().number(), ENOTDIR);
  EXPECT_ALIKE(lab, "d");
}

// A link file that names a brick.
void link_on(DistributeLab& lab, std::size_t brick, const Gfid& parent, const std::string& name, const Gfid& gfid,
             const std::string& target) {
  fop::Mknod mknod{.parent = parent, .mode = 0101000, .name = name};
  mknod.xdata.set("gfid-req", gfid);
  mknod.xdata.set_bytes("trusted.glusterfs.dht.linkto", as_bytes(target + '\0'));
  on_one(lab, brick, mknod);
}

TEST_F(RemoveDirectory, LinkFilesThatLeadNowhereGoWithTheDirectory) {
  for (int number = 0; number < 40; ++number) {
    const Gfid file = lab.client().world().random_gfid();
    link_on(lab, static_cast<std::size_t>(number % 3), gfid, fmt::format("link-{}", number), file,
            fmt::format("v-client-{}", number % 4));
  }
  EXPECT_TRUE(lab.client().rmdir(root_gfid, "d"));
  EXPECT_TRUE(lab.is_nowhere("d"));
}

TEST_F(RemoveDirectory, WhatALinkFileLeadsToStays) {
  const Gfid file = lab.client().create(gfid, "file")->iatt.gfid;
  std::size_t at = 0;
  while (!lab.brick(at).exists("d/file")) ++at;
  link_on(lab, (at + 1) % 3, gfid, "file", file, fmt::format("v-client-{}", at));
  EXPECT_EQ(lab.client().rmdir(root_gfid, "d").error().number(), ENOTEMPTY);
  EXPECT_TRUE(lab.brick(at).exists("d/file"));
}

TEST_F(RemoveDirectory, ALinkFileThatLeadsNowhereIsNotThere) {
  for (std::size_t brick = 0; brick < 3; ++brick) {
    SCOPED_TRACE(brick);
    const std::string name = fmt::format("link-{}", brick);
    link_on(lab, brick, root_gfid, name, lab.client().world().random_gfid(),
            fmt::format("v-client-{}", (brick + 1) % 3));
    EXPECT_EQ(lab.client().rmdir(root_gfid, name).error().number(), ENOENT);
  }
}

TEST_F(RemoveDirectory, AFileElsewhereIsNoDirectory) {
  const Gfid file = lab.client().create(root_gfid, "file")->iatt.gfid;
  for (int number = 0; number < 8; ++number) {
    const std::string name = fmt::format("name-{}", number);
    ASSERT_TRUE(lab.client().ask(fop::Link{.gfid = file, .new_parent = root_gfid, .new_name = name}));
    EXPECT_EQ(lab.client().rmdir(root_gfid, name).error().number(), ENOTDIR);
  }
}

TEST_F(RemoveDirectory, WhatWasRemovedIsMadeAgainWhereNotAllGoes) {
  set_xattr_on(lab, one, gfid, "user.color", "red");
  set_xattr_on(lab, two, gfid, "user.color", "red");
  set_xattr_on(lab, leader, gfid, "user.color", "red");
  for (std::size_t refuses = 0; refuses < 3; ++refuses) {
    const std::vector<Range> before = ranges();
    const Result<fop::Lookup::Reply> found = look();
    lab.on_message([&](std::size_t brick, std::string_view operation) {
      return operation == "RMDIR" && brick == refuses ? EROFS : 0;
    });
    EXPECT_EQ(lab.client().rmdir(root_gfid, "d").error().number(), EROFS);
    lab.on_message({});
    EXPECT_ALIKE(lab, "d");
    EXPECT_EQ(ranges(), before);
    EXPECT_EQ(leader_of(lab, "d"), leader);
    for (std::size_t brick = 0; brick < 3; ++brick) EXPECT_EQ(lab.brick(brick).xattr("d", "user.color"), "red");
    EXPECT_EQ(look()->iatt, found->iatt);
  }
}

TEST_F(RemoveDirectory, NothingIsRemovedWhileABrickIsAway) {
  for (std::size_t brick = 0; brick < 3; ++brick) {
    lab.brick(brick).go_away();
    EXPECT_EQ(lab.client().rmdir(root_gfid, "d").error().number(), ENOTCONN);
    lab.brick(brick).come_back();
  }
  EXPECT_ALIKE(lab, "d");
}

TEST(RemoveDirectoryBesideOthers, EitherTheFileIsMadeOrTheDirectoryGoes) {
  std::size_t files = 0, removals = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    DistributeLab lab(3, {}, seed);
    DistributeClient& other = lab.add_client();
    DistributeClient& looker = lab.add_client();
    ASSERT_TRUE(lab.client().lookup(root_gfid));
    const Gfid gfid = lab.client().mkdir(root_gfid, "d")->iatt.gfid;
    ASSERT_TRUE(other.lookup(root_gfid, "d"));
    fop::Create create{.parent = gfid, .flags = open_flag::read_write, .mode = 0100644, .name = "file"};
    create.xdata.set("gfid-req", other.world().random_gfid());
    const auto pause = [&] {
      lab.simulation().run_for(std::chrono::microseconds(lab.simulation().random().below(2500)));
    };
    const auto removed = lab.client().begin(fop::Rmdir{.parent = root_gfid, .name = "d"});
    pause();
    const auto made = other.begin(create);
    pause();
    const auto looked = looker.begin(fop::Lookup{.parent = root_gfid, .name = "d"});
    lab.settle();
    ASSERT_TRUE(*removed && *made && *looked);
    EXPECT_NE((*removed)->has_value(), (*made)->has_value());
    files += (*made)->has_value() ? 1 : 0;
    removals += (*removed)->has_value() ? 1 : 0;
    if (!**removed) {
      EXPECT_EQ((*removed)->error().number(), ENOTEMPTY);
      EXPECT_TRUE(other.lookup(gfid, "file"));
      EXPECT_TRUE(looker.lookup(root_gfid, "d"));
      EXPECT_ALIKE(lab, "d");
    } else {
      EXPECT_TRUE((*made)->error().number() == ENOENT || (*made)->error().number() == ESTALE);
      EXPECT_TRUE(lab.is_nowhere("d"));
    }
  }
  EXPECT_GT(files, 3U);
  EXPECT_GT(removals, 3U);
}

}  // namespace
}  // namespace mortar
