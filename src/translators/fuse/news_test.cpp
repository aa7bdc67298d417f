#include "translators/fuse/news.h"

#include <gtest/gtest.h>

namespace mortar::fuse {
namespace {

struct NewsTest : ::testing::Test {
  Asked now() const { return news.now(Instant{}); }
  News news;
  Inode one, other;
};

TEST_F(NewsTest, AnAnswerIsAsOldAsItsQuestion) {
  const Asked before = now();
  EXPECT_FALSE(news.since(before, one));
  news.heard_of(one);
  EXPECT_TRUE(news.since(before, one));
  EXPECT_FALSE(news.since(before, other));
  EXPECT_FALSE(news.since(now(), one));
}

TEST_F(NewsTest, WhoIsIntroducedMayHaveBeenHeardOfAsAStranger) {
  const Asked before = now();
  news.introduced(one);
  EXPECT_FALSE(news.since(before, one));
  news.heard_of_stranger();
  news.introduced(other);
  EXPECT_TRUE(news.since(before, other));
  EXPECT_FALSE(news.since(before, one)) << "it was known: the notice was of somebody else";
  EXPECT_FALSE(news.since(now(), other));
}

TEST_F(NewsTest, NewsOfAllAreOfEach) {
  const Asked before = now();
  news.heard_of_all();
  EXPECT_TRUE(news.since(before, one));
  EXPECT_TRUE(news.since(before, other));
  EXPECT_FALSE(news.since(now(), one));
}

}  // namespace
}  // namespace mortar::fuse
