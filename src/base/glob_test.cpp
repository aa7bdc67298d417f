#include "base/glob.h"

#include <gtest/gtest.h>

namespace mortar {
namespace {

TEST(Glob, MatchesWhatAShellWould) {
  EXPECT_TRUE(glob_matches("", ""));
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("192.168.*", "192.168.7.9"));
  EXPECT_TRUE(glob_matches("*-posix", "vol-posix"));
  EXPECT_TRUE(glob_matches("a*b*c", "axxbyybzzc"));
  EXPECT_TRUE(glob_matches("10.0.0.[1-3]", "10.0.0.2"));
  EXPECT_TRUE(glob_matches("[!a]?", "bc"));
  EXPECT_TRUE(glob_matches("\\*", "*"));
  EXPECT_FALSE(glob_matches("", "a"));
  EXPECT_FALSE(glob_matches("a", ""));
  EXPECT_FALSE(glob_matches("192.168.*", "192.169.1.1"));
  EXPECT_FALSE(glob_matches("*-posix", "vol-posix2"));
  EXPECT_FALSE(glob_matches("[!a]", "a"));
  EXPECT_FALSE(glob_matches("\\*", "x"));
  EXPECT_FALSE(glob_matches("a*b", "axc"));
}

TEST(Glob, EndsOnPatternsMadeToBeSlow) {
  const std::string text(2000, 'a');
  EXPECT_FALSE(glob_matches("*a*a*a*a*a*a*a*a*b", text));
}

}  // namespace
}  // namespace mortar
