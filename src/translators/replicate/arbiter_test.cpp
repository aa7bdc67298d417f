// Two copies and one that has names and marks only.
#include <gmock/gmock.h>

#include "translators/replicate/heal_test_support.h"

namespace mortar::testing {
namespace {

using replicate::Counts;
using replicate::Slot;
using ::testing::IsEmpty;

class ReplicateArbiter : public ::testing::Test, protected Damaged {
 protected:
  ReplicateArbiter() : Damaged(3, {{"arbiter-count", "1"}}) {}
  // Group 2000, to all that is made in it. The other copy with data is away afterwards.
  void have_it_give_a_group_that_one_copy_misses(const Gfid& directory) {
    lab.settle();
    lab.brick(0).go_away();
    fop::Setattr change{
        .gfid = directory, .iatt = {}, .valid = set_attribute::mode | set_attribute::gid, .xdata = {}};
    change.iatt.mode = 02777;
    change.iatt.gid = 2000;
    EXPECT_TRUE(lab.client().ask(change));
    lab.settle();
    lab.brick(0).come_back();
    lab.brick(1).go_away();
  }
};

TEST_F(ReplicateArbiter, TakesPartInChangesOfNamesAndAttributesAndIsNotBlamed) {
  const Gfid d = directory("d");
  const Gfid f = file("f", "", d);
  std::vector<std::string> messages;
  lab.on_message([&messages](std::size_t brick, std::string_view operation) {
    if (brick == 2) messages.emplace_back(operation);
    return 0;
  });
  fop::Setattr chmod{.gfid = f, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
  chmod.iatt.mode = 0600;
  ASSERT_TRUE(lab.client().ask(chmod));
  // As on the others: nothing is brought level there first.
  EXPECT_EQ(std::ranges::count(messages, "SETATTR"), 1);
  lab.on_message({});
  lab.settle();
  EXPECT_THAT(lab.differences("d"), IsEmpty());
  EXPECT_THAT(lab.differences("d/f"), IsEmpty());
  const Gfid g = file("g", "hello");
  ASSERT_FALSE(g.is_null());
  lab.settle();
  for (const std::size_t copy : {0U, 1U}) EXPECT_EQ(lab.missed(copy, "g", 2), Counts());
}

TEST_F(ReplicateArbiter, DoesNotBlameTheLastCopyOfTheContent) {
  const Gfid f = file("f", "one");
  lab.settle();
  lab.brick(0).go_away();
  ASSERT_TRUE(write(f, 0, "two"));
  // Before what was written is on its disk.
  lab.brick(1).go_away();
  lab.settle();
  lab.brick(0).come_back();
  lab.brick(1).come_back();
  lab.settle();
  EXPECT_EQ(lab.missed(2, "f", 1), Counts());
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_EQ(lab.content(0, "f"), "two");
}

TEST_F(ReplicateArbiter, KeepsNoMarkOfAChangeThatIsHealed) {
  const Gfid f = file("f", "one");
  lab.settle();
  const auto stored = Counts::of(Slot::data, 1).stored();
  lab.brick(2).set_xattr("f", replicate::dirty_key, std::string(as_text(Bytes(stored))));
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_EQ(lab.dirty(2, "f"), Counts());
}

// The other copy that is there is behind with the attributes of the directory, and only with these.
TEST_F(ReplicateArbiter, TellsADirectoryThatNobodyElseCanTell) {
  const Gfid d = directory("d");
  lab.settle();
  lab.brick(0).go_away();
  fop::Setattr chmod{.gfid = d, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
  chmod.iatt.mode = 02750;
  ASSERT_TRUE(lab.client().ask(chmod));
  lab.settle();
  lab.brick(0).come_back();
  lab.brick(1).go_away();
  const auto told = lab.client().ask(fop::Stat{.gfid = d, .xdata = {}});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->iatt.mode & 07777, 02750U);
  // What is made in it may have its mode from there: on the arbiter only it is right.
  const Gfid e = directory("e", d);
  lab.settle();
  EXPECT_EQ(lab.missed(2, "d/e", 0), Counts::of(Slot::metadata, 1));
  lab.brick(1).come_back();
  for (const Gfid& gfid : {d, e}) EXPECT_NE(heal(gfid).end, HealEnd::failed);
  for (const char* name : {"d", "d/e"}) EXPECT_THAT(lab.differences(name), IsEmpty());
  EXPECT_EQ(lab.brick(0).status("d/e").mode & S_ISGID, S_ISGID);
}

// So it does a symbolic link, which may have its group from a directory that the other copy is behind with.
TEST_F(ReplicateArbiter, TellsASymbolicLinkThatNobodyElseCanTell) {
  const Gfid d = directory("d");
  have_it_give_a_group_that_one_copy_misses(d);
  fop::Symlink symlink{.parent = d, .name = "s", .umask = 0, .target = "t", .xdata = {}};
  symlink.xdata.set("gfid-req", Gfid{.bytes = {7}});
  const auto made = lab.client().ask(symlink);
  ASSERT_TRUE(made) << made.error().sentence();
  lab.settle();
  const auto told = lab.client().lookup(d, "s");
  ASSERT_TRUE(told) << told.error().sentence();
  EXPECT_EQ(told->iatt.gid, 2000U);
  lab.brick(1).come_back();
  lab.settle();
  EXPECT_TRUE(lab.client().lookup(d, "s"));
  for (const Gfid& gfid : {d, made->iatt.gfid}) EXPECT_NE(heal(gfid).end, HealEnd::failed);
  for (std::size_t copy = 0; copy < 3; ++copy) EXPECT_EQ(lab.brick(copy).status("d/s").gid, 2000U);
}

// An arbiter does not tell files: what is made has its group from the directory, which the other copy gets right first.
TEST_F(ReplicateArbiter, AFileIsToldThatIsMadeWhereNobodyElseWasRightInTheDirectory) {
  const Gfid d = directory("d");
  have_it_give_a_group_that_one_copy_misses(d);
  const Gfid f = file("f", "x", d);
  fop::Mknod mknod{.parent = d, .mode = S_IFREG | 0600, .name = "g", .xdata = {}};
  mknod.xdata.set("gfid-req", Gfid{.bytes = {7}});
  const auto g = lab.client().ask(mknod);
  ASSERT_TRUE(g) << g.error().sentence();
  EXPECT_EQ(g->iatt.gid, 2000U);
  lab.settle();
  for (const bool is_back : {false, true}) {
    if (is_back) lab.brick(1).come_back();
    for (const char* name : {"f", "g"}) {
      const auto told = lab.client().lookup(d, name);
      ASSERT_TRUE(told) << told.error().sentence();
      EXPECT_EQ(told->iatt.gid, 2000U);
    }
  }
  for (const Gfid& gfid : {d, f, g->iatt.gfid}) EXPECT_NE(heal(gfid).end, HealEnd::failed);
  for (const char* name : {"d", "d/f", "d/g"}) EXPECT_THAT(lab.differences(name), IsEmpty());
}

}  // namespace
}  // namespace mortar::testing
