#include "translators/replicate/quorum.h"

#include <gtest/gtest.h>

namespace mortar::replicate {
namespace {

TEST(Quorum, IsMoreThanHalfWhereTheVolumeSaysNothing) {
  const Quorum quorum = Quorum::make("", 0, 3).value();
  EXPECT_FALSE(quorum.is_met(Copies::only(0)));
  EXPECT_TRUE(quorum.is_met(Copies::first(2)));
  EXPECT_FALSE(Quorum::make("", 0, 2)->is_required());
}

TEST(Quorum, ExactlyHalfIsEnoughWithTheFirst) {
  const Quorum quorum = Quorum::make("auto", 0, 4).value();
  EXPECT_TRUE(quorum.is_met(Copies::first(2)));
  EXPECT_FALSE(quorum.is_met(Copies::first(3) - Copies::only(0)));
}

TEST(Quorum, IsNoneWhereAFixedCountIsNotSaid) {
  const Quorum quorum = Quorum::make("fixed", 0, 3).value();
  EXPECT_TRUE(quorum.is_met(Copies::only(2)));
  EXPECT_FALSE(quorum.is_required());
  EXPECT_EQ(Quorum::make("fixed", 2, 3)->fixed_count(), 2u);
  EXPECT_FALSE(Quorum::make("fixed", 4, 3));
  EXPECT_FALSE(Quorum::make("most", 0, 3));
}

}  // namespace
}  // namespace mortar::replicate
