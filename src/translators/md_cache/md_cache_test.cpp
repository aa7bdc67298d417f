#include "translators/md_cache/md_cache.h"

#include <gtest/gtest.h>

#include "translator/volfile.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

VolumeSection section_with(std::initializer_list<std::pair<const char*, const char*>> options) {
  VolumeSection section;
  for (auto [key, value] : options) section.set_option(key, value);
  return section;
}

TEST(MdCache, BelievesOnlyWhereBricksTell) {
  MdCache cache("md-cache", {});
  EXPECT_FALSE(cache.believable_for());
  ASSERT_TRUE(cache.reconfigure(section_with({{"md-cache-timeout", "600"}})));
  EXPECT_FALSE(cache.believable_for());
  ASSERT_TRUE(cache.reconfigure(section_with({{"cache-invalidation", "on"}, {"md-cache-timeout", "600"}})));
  EXPECT_EQ(cache.believable_for(), 600s);
  ASSERT_TRUE(cache.reconfigure(section_with({{"cache-invalidation", "on"}, {"md-cache-timeout", "0"}})));
  EXPECT_EQ(cache.believable_for(), 0s);
  ASSERT_TRUE(cache.reconfigure(section_with({{"notices-for", "60"}})));
  EXPECT_EQ(cache.believable_for(), 60s);
  for (const auto& [key, value] : {std::pair("global-cache-invalidation", "off"), std::pair("pass-through", "on")}) {
    ASSERT_TRUE(cache.reconfigure(section_with({{"cache-invalidation", "on"}, {key, value}})));
    EXPECT_FALSE(cache.believable_for()) << key;
  }
  EXPECT_FALSE(cache.reconfigure(section_with({{"md-cache-timeout", "601"}})));
}

}  // namespace
}  // namespace mortar
