#include "translators/replicate/blame.h"

#include <gtest/gtest.h>

namespace mortar::replicate {
namespace {

const Quorum of_three = Quorum::make("", 0, 3).value();
const Copies all = Copies::first(3);

std::vector<Copies> accused(Copies first, Copies second, Copies third) { return {first, second, third}; }

Copies only(Copy copy) { return Copies::only(copy); }

TEST(Blame, WhoIsBlamedByNobodyIsRight) {
  EXPECT_EQ(not_behind(accused(only(1), {}, {}), all, all, of_three), only(1) | only(2));
}

TEST(Blame, WhereEachIsBlamedAQuorumIsNeededForIt) {
  EXPECT_EQ(not_behind(accused(only(1), only(0) | only(2), only(1)), all, all, of_three), only(0) | only(2));
  EXPECT_EQ(not_behind(accused(only(1), only(0), {}), only(0) | only(1), all, of_three), Copies());
}

// The second was away when the first had been healed, and missed a change itself meanwhile.
TEST(Blame, AnArbiterThatNobodyBlamesLeavesTheQuestionWhichOfTheOthersIsRight) {
  const std::vector<Copies> accusers = accused(only(1), only(0) | only(2), {});
  EXPECT_EQ(not_behind(accusers, all, only(0) | only(1), of_three), only(0) | only(2));
}

}  // namespace
}  // namespace mortar::replicate
