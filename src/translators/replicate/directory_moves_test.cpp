// Directories that get into other ones: whether they may depends on all directories above.
#include <gmock/gmock.h>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

fop::Rename move_of(const Gfid& from, const std::string& name, const Gfid& to) {
  return {.old_parent = from, .new_parent = to, .old_name = name, .new_name = name, .xdata = {}};
}

// left/a and right/b: each may get into the other, and not both.
struct TwoTrees {
  explicit TwoTrees(ClusterClient& client)
      : left(made(client, root_gfid, "left")),
        right(made(client, root_gfid, "right")),
        a(made(client, left, "a")),
        b(made(client, right, "b")) {}

  static Gfid made(ClusterClient& client, const Gfid& parent, const std::string& name) {
    const Result<fop::Made> made = client.mkdir(parent, name);
    EXPECT_TRUE(made) << made.error().sentence();
    return made ? made->iatt.gfid : Gfid{};
  }

  Gfid left, right, a, b;
};

// Messages take as long as chance has it: without order the copies do one of the two each.
class ReplicateMoves : public ::testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(BesideOthersAndOurs, ReplicateMoves, ::testing::Bool());

TEST_P(ReplicateMoves, OfTwoDirectoriesThatGetIntoEachOtherOneDoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    ReplicateLab lab(3, {}, seed);
    lab.bricks_know_sequences = GetParam();
    const TwoTrees trees(lab.client());
    ClusterClient& other = lab.add_client();
    lab.settle();
    auto into_b = lab.client().begin(move_of(trees.left, "a", trees.b));
    auto into_a = other.begin(move_of(trees.right, "b", trees.a));
    ASSERT_TRUE(lab.simulation().run_until([&] { return into_b->has_value() && into_a->has_value(); }));
    const bool is_in_b = (*into_b)->has_value();
    EXPECT_NE(is_in_b, (*into_a)->has_value());
    lab.settle();
    EXPECT_THAT(lab.differences(is_in_b ? "right/b/a" : "left/a/b"), ::testing::IsEmpty());
    EXPECT_TRUE(lab.is_nowhere(is_in_b ? "left/a" : "right/b"));
  }
}

TEST(ReplicateMovesOfFiles, AreNotLockedInTheVolume) {
  ReplicateLab lab;
  lab.bricks_know_sequences = true;
  const TwoTrees trees(lab.client());
  ASSERT_TRUE(lab.client().create(trees.a, "f"));
  lab.settle();
  int renames = 0;
  int locks = 0;
  lab.on_message([&](std::size_t brick, std::string_view operation) {
    if (brick == 0 && operation == "RENAME") ++renames;
    if (brick == 0 && operation == "INODELK") ++locks;
    return 0;
  });
  ASSERT_TRUE(lab.client().ask(move_of(trees.a, "f", trees.b)));
  lab.settle();
  EXPECT_EQ(renames, 1);
  EXPECT_EQ(locks, 0);
  EXPECT_THAT(lab.differences("right/b/f"), ::testing::IsEmpty());
}

}  // namespace
}  // namespace mortar::testing
