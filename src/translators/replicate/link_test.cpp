// Another name for a file that not all copies have.
#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

class LinkWhereOneIsAway : public ::testing::TestWithParam<bool> {
 protected:
  static ReplicateLab::Options options() {
    return GetParam() ? ReplicateLab::Options{{"arbiter-count", "1"}} : ReplicateLab::Options{};
  }
  // The first copy was away meanwhile.
  void make_file_on_others() {
    lab.brick(0).go_away();
    file = lab.make_file("f");
    lab.brick(0).come_back();
    lab.settle();
  }
  int error_of_link() {
    const int error =
        lab.client().error_of(fop::Link{.gfid = file, .new_parent = root_gfid, .new_name = "g", .xdata = {}});
    lab.settle();
    return error;
  }
  const fop::Unlink unlink{.parent = root_gfid, .name = "f", .xdata = {}};

  ReplicateLab lab{3, options()};
  Gfid file;
};

TEST_P(LinkWhereOneIsAway, WhatHasBeenRemovedGetsNoNameFromACopyThatMissedIt) {
  file = lab.make_file("f");
  lab.brick(2).go_away();
  ASSERT_TRUE(lab.client().ask(unlink));
  lab.settle();
  lab.brick(2).come_back();
  lab.settle();
  lab.brick(1).go_away();
  EXPECT_EQ(error_of_link(), ESTALE);
  lab.brick(1).come_back();
  EXPECT_TRUE(lab.is_nowhere("g"));
}

TEST_P(LinkWhereOneIsAway, WhatIsJustBeingRemovedIsNotMadeAnew) {
  file = lab.make_file("f");
  lab.brick(0).go_away();
  ASSERT_TRUE(lab.simulation().run(lab.brick(1).top().perform(lab.client().user(), unlink)));
  EXPECT_EQ(error_of_link(), ESTALE);
  lab.brick(0).come_back();
  EXPECT_TRUE(lab.is_nowhere("g"));
}

TEST_P(LinkWhereOneIsAway, WhatOneCopyLacksIsLinkedWhenEnoughHaveIt) {
  make_file_on_others();
  lab.brick(1).go_away();
  EXPECT_EQ(error_of_link(), ENOTCONN);
  EXPECT_TRUE(lab.is_nowhere("g"));
  lab.brick(1).come_back();
  EXPECT_EQ(error_of_link(), 0);
  EXPECT_TRUE(lab.brick(1).exists("g"));
  EXPECT_TRUE(lab.brick(2).exists("g"));
}

// The copy that is right in the directory has lost the file first; the others, which are behind, make the link all the
// same: made like it before, or before they are known to be behind.
TEST_P(LinkWhereOneIsAway, WhatIsJustBeingRemovedIsRefusedByTheCopyThatIsRight) {
  for (const bool is_known : {false, true}) {
    SCOPED_TRACE(is_known);
    file = lab.make_file("f");
    const auto mark = replicate::Counts::of(replicate::Slot::entries, 1).stored();
    for (const int other : {1, 2}) {
      lab.brick(0).set_xattr("", fmt::format("trusted.afr.v-client-{}", other), std::string(as_text(Bytes(mark))));
    }
    if (is_known) {
      lab.brick(2).go_away();
      lab.brick(2).come_back();
    }
    ASSERT_TRUE(lab.simulation().run(lab.brick(0).top().perform(lab.client().user(), unlink)));
    EXPECT_EQ(error_of_link(), ESTALE);
    EXPECT_TRUE(lab.is_nowhere("g"));
    for (const int other : {1, 2}) {
      ASSERT_TRUE(lab.simulation().run(lab.brick(other).top().perform(lab.client().user(), unlink)));
      lab.brick(0).remove_xattr("", fmt::format("trusted.afr.v-client-{}", other));
    }
  }
}

// The only copy that has its content has lost the file first: what is left of it nobody could read.
TEST_P(LinkWhereOneIsAway, WhatIsJustBeingRemovedIsRefusedByTheCopyThatHasTheContent) {
  file = lab.make_file("f");
  const auto mark = replicate::Counts::of(replicate::Slot::data, 1).stored();
  for (const int by : {0, 1, 2}) {
    for (const int other : {1, 2}) {
      if (by == other) continue;
      lab.brick(by).set_xattr("f", fmt::format("trusted.afr.v-client-{}", other), std::string(as_text(Bytes(mark))));
    }
  }
  ASSERT_TRUE(lab.client().lookup(root_gfid, "f"));
  ASSERT_TRUE(lab.simulation().run(lab.brick(0).top().perform(lab.client().user(), unlink)));
  EXPECT_EQ(error_of_link(), ESTALE);
  EXPECT_TRUE(lab.is_nowhere("g"));
}

// One copy lacks the file, and another is away: a link that one copy has made comes to nothing.
TEST_P(LinkWhereOneIsAway, WhatOneCopyHasMadeIsNotSeenBeforeItIsTakenBack) {
  make_file_on_others();
  lab.brick(2).go_away();
  ClusterClient& other = lab.add_client();
  lab.settle();
  const auto linked = other.begin(fop::Link{.gfid = file, .new_parent = root_gfid, .new_name = "g", .xdata = {}});
  ASSERT_TRUE(lab.simulation().run_until([&] { return lab.brick(1).exists("g"); }));
  EXPECT_EQ(lab.client().lookup(root_gfid, "g").error().number(), ENOENT);
  lab.settle();
  ASSERT_TRUE(linked->has_value());
  EXPECT_EQ((*linked)->error().number(), ENOTCONN);
  lab.brick(2).come_back();
}

// All copies are there; one lacks the file, and another the directory.
TEST_P(LinkWhereOneIsAway, WhatOneCopyLacksIsBroughtWhereAnotherLacksTheDirectory) {
  lab.brick(1).go_away();
  const Result<fop::Made> directory = lab.client().mkdir(root_gfid, "d");
  ASSERT_TRUE(directory);
  lab.settle();
  lab.brick(1).come_back();
  lab.settle();
  make_file_on_others();
  const fop::Link link{.gfid = file, .new_parent = directory->iatt.gfid, .new_name = "g", .xdata = {}};
  // With an arbiter, who has made the link has nothing that is in the file.
  const int expected = GetParam() ? ENOTCONN : 0;
  EXPECT_EQ(lab.client().error_of(link), expected);
  lab.settle();
  for (const std::size_t copy : {0U, 2U}) EXPECT_EQ(lab.brick(copy).exists("d/g"), expected == 0);
  EXPECT_EQ(lab.brick(0).exists("f"), expected == 0);
}

INSTANTIATE_TEST_SUITE_P(ThreeCopiesAndAnArbiter, LinkWhereOneIsAway, ::testing::Bool());

}  // namespace
}  // namespace mortar::testing
