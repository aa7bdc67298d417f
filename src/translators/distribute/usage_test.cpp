#include <gmock/gmock.h>

#include "translators/distribute/distribute_test_support.h"

namespace mortar::testing {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

class UsageTest : public ::testing::Test {
 protected:
  // Takes as much of a brick's disk.
  void fill(std::size_t brick, std::uint64_t bytes) {
    Result<OpenFile> file =
        lab.brick(brick).disk().open(FileSystem::no_directory, fmt::format("/filler-{}", fillers++), 0102, 0600);
    ASSERT_TRUE(file);
    const std::string block(mebibyte, 'x');
    for (std::uint64_t at = 0; at < bytes; at += block.size()) {
      ASSERT_TRUE(lab.brick(brick).disk().write(file->number(), as_bytes(block), at));
    }
  }
  void set_capacities(std::uint64_t bytes) {
    for (std::size_t brick = 0; brick < lab.bricks(); ++brick) lab.brick(brick).disk().set_capacity(bytes);
  }
  std::size_t messages(std::string_view operation) const {
    return static_cast<std::size_t>(std::ranges::count(seen, operation));
  }
  void watch() {
    lab.on_message([this](std::size_t, std::string_view operation) {
      seen.emplace_back(operation);
      return 0;
    });
  }
  // A name of that directory that hashes to the brick.
  std::string name_for(const Gfid& directory, std::size_t brick) {
    while (true) {
      const std::string name = fmt::format("name-{}", names++);
      const fop::Getxattr get{.gfid = directory, .name_given = 1, .name = "dht.file.hashed-subvol." + name};
      Result<fop::Values> reply = lab.client().ask(get);
      if (reply && reply->values.text(get.name) == fmt::format("v-client-{}", brick)) return name;
    }
  }

  DistributeLab lab{3};
  int names = 0;
  int fillers = 0;
  std::vector<std::string> seen;
};

TEST_F(UsageTest, TheVolumeIsTheSumOfItsSubvolumes) {
  lab.brick(0).disk().set_capacity(100 * mebibyte);
  lab.brick(1).disk().set_capacity(200 * mebibyte);
  lab.brick(2).disk().set_capacity(400 * mebibyte);
  Result<fop::Statfs::Reply> whole = lab.client().ask(fop::Statfs{.gfid = root_gfid});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->status.blocks * whole->status.fragment_size, 700 * mebibyte);
  // Of a file that only one of them knows.
  const Gfid file = lab.client().create(root_gfid, "file")->iatt.gfid;
  EXPECT_EQ(lab.client().ask(fop::Statfs{.gfid = file})->status.blocks, whole->status.blocks);
  lab.brick(1).go_away();
  Result<fop::Statfs::Reply> rest = lab.client().ask(fop::Statfs{.gfid = root_gfid});
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->status.blocks * rest->status.fragment_size, 500 * mebibyte);
  lab.brick(0).go_away();
  lab.brick(2).go_away();
  EXPECT_EQ(lab.client().error_of(fop::Statfs{.gfid = root_gfid}), ENOTCONN);
  for (std::size_t brick = 0; brick < 3; ++brick) lab.brick(brick).come_back();
}

TEST_F(UsageTest, FilesOfAFullSubvolumeGoElsewhere) {
  set_capacities(64 * mebibyte);
  const Gfid directory = lab.client().mkdir(root_gfid, "d")->iatt.gfid;
  fill(0, 60 * mebibyte);
  fill(1, 20 * mebibyte);
  lab.simulation().run_for(std::chrono::seconds(6));
  const std::string first = name_for(directory, 0);
  // Figures that are old are good enough for this one, and are refreshed by it.
  ASSERT_TRUE(lab.client().create(directory, first));
  EXPECT_TRUE(lab.brick(0).exists("d/" + first));
  lab.settle();
  const std::string second = name_for(directory, 0);
  ASSERT_TRUE(lab.client().create(directory, second));
  EXPECT_EQ(lab.brick(0).status("d/" + second).mode, 0101000u);
  EXPECT_EQ(lab.brick(0).xattr("d/" + second, "trusted.glusterfs.dht.linkto"), std::string("v-client-2\0", 11));
  EXPECT_EQ(lab.brick(2).status("d/" + second).mode, 0100644u);
  EXPECT_TRUE(lab.add_client().lookup(directory, second));
  // The others take what is theirs.
  const std::string third = name_for(directory, 1);
  ASSERT_TRUE(lab.client().create(directory, third));
  EXPECT_TRUE(lab.brick(1).exists("d/" + third));
}

TEST_F(UsageTest, ThoseThatHaveNoGoodCopyOrAreAwayTakeNothing) {
  set_capacities(64 * mebibyte);
  const Gfid directory = lab.client().mkdir(root_gfid, "d")->iatt.gfid;
  fill(0, 60 * mebibyte);
  fill(1, 20 * mebibyte);
  const std::string first = name_for(directory, 0);
  const std::string second = name_for(directory, 0);
  DistributeClient& fresh = lab.add_client();
  lab.brick(2).go_away();
  ASSERT_TRUE(fresh.create(directory, first));
  EXPECT_EQ(lab.brick(1).status("d/" + first).mode, 0100644u);
  lab.brick(2).come_back();
  lab.settle();
  // Asks it how full it is.
  ASSERT_TRUE(fresh.create(directory, "any"));
  lab.settle();
  ASSERT_TRUE(fresh.create(directory, second));
  EXPECT_EQ(lab.brick(2).status("d/" + second).mode, 0100644u);
}

TEST_F(UsageTest, ASubvolumeThatIsLeavingTakesNothing) {
  DistributeLab leaving(3, {{"decommissioned-bricks", "v-client-2"}});
  for (std::size_t brick = 0; brick < 3; ++brick) leaving.brick(brick).disk().set_capacity(64 * mebibyte);
  const Gfid directory = leaving.client().mkdir(root_gfid, "d")->iatt.gfid;
  EXPECT_FALSE(leaving.range(2, "d").takes_part());
  Result<OpenFile> file = leaving.brick(0).disk().open(FileSystem::no_directory, "/filler", 0102, 0600);
  ASSERT_TRUE(file);
  const std::string block(60 * mebibyte, 'x');
  ASSERT_TRUE(leaving.brick(0).disk().write(file->number(), as_bytes(block), 0));
  DistributeClient& fresh = leaving.add_client();
  for (int number = 0; number < 20; ++number) {
    const std::string name = fmt::format("name-{}", number);
    ASSERT_TRUE(fresh.create(directory, name));
    EXPECT_EQ(leaving.brick(1).status("d/" + name).mode, 0100644u);
    EXPECT_FALSE(leaving.brick(2).exists("d/" + name));
  }
}

TEST_F(UsageTest, ACreateWaitsForFiguresOnlyOnce) {
  const Gfid directory = lab.client().mkdir(root_gfid, "d")->iatt.gfid;
  DistributeClient& fresh = lab.add_client();
  ASSERT_TRUE(fresh.lookup(root_gfid, "d"));
  watch();
  ASSERT_TRUE(fresh.create(directory, "one"));
  EXPECT_EQ(messages("STATFS"), 3u);
  ASSERT_TRUE(fresh.create(directory, "two"));
  EXPECT_EQ(messages("STATFS"), 3u);
  lab.simulation().run_for(std::chrono::seconds(5));
  const Instant begun = lab.simulation().now();
  ASSERT_TRUE(fresh.create(directory, "three"));
  // One trip: what the bricks say of themselves is not waited for.
  EXPECT_LE(lab.simulation().now() - begun, std::chrono::milliseconds(1));
  EXPECT_EQ(messages("STATFS"), 6u);
  ASSERT_TRUE(fresh.create(directory, "four"));
  EXPECT_EQ(messages("STATFS"), 6u);
}

}  // namespace
}  // namespace mortar::testing
