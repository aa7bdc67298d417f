#include "translators/replicate/order_of_changes.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>

namespace mortar::testing {
namespace {

using replicate::OrderOfChanges;

Gfid numbered(std::uint64_t number) {
  Gfid gfid;
  ++number;
  std::memcpy(gfid.bytes.data(), &number, sizeof number);
  return gfid;
}

class Order : public ::testing::Test {
 protected:
  Order() { hear(0, 1000); }
  void hear(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t number = from; number < to; ++number) order_.heard_of(numbered(number));
  }
  static std::vector<Gfid> named(std::uint64_t from, std::uint64_t to) {
    std::vector<Gfid> gfids;
    for (; from < to; ++from) gfids.push_back(numbered(from));
    return gfids;
  }
  OrderOfChanges order_;
};

TEST_F(Order, ASingleChangeSaysNothing) {
  EXPECT_TRUE(order_.changed(numbered(10)).empty());
  EXPECT_TRUE(order_.changed(numbered(500)).empty());
  EXPECT_TRUE(order_.changed(numbered(500)).empty());
}

TEST_F(Order, WhatFollowsIsNamedOnceAndInTime) {
  std::vector<Gfid> all_named;
  std::size_t not_in_time = 0;
  std::size_t batches = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    if (std::ranges::find(all_named, numbered(number)) == all_named.end()) ++not_in_time;
    const std::vector<Gfid> more = order_.changed(numbered(number));
    if (!more.empty()) ++batches;
    all_named.insert(all_named.end(), more.begin(), more.end());
  }
  EXPECT_EQ(not_in_time, 2U);
  for (std::size_t at = 0; at < all_named.size(); ++at) ASSERT_EQ(all_named[at], numbered(at + 2));
  EXPECT_LE(all_named.size(), 198 + OrderOfChanges::most_ahead);
  EXPECT_LE(batches, 40U);
}

TEST_F(Order, ItGrows) {
  order_.changed(numbered(0));
  EXPECT_EQ(order_.changed(numbered(1)).size(), 4U);
  EXPECT_EQ(order_.changed(numbered(2)).size(), 5U);
}

TEST_F(Order, SeveralUsersAtOnceAreInOrder) {
  std::size_t count = 0;
  for (std::uint64_t number = 0; number < 64; number += 4) {
    for (const std::uint64_t shuffled : {2, 0, 3, 1}) count += order_.changed(numbered(number + shuffled)).size();
  }
  EXPECT_GE(count, 60U);
}

TEST_F(Order, FoldersByTurnsAreInOrder) {
  constexpr std::uint64_t folders = 20;
  constexpr std::uint64_t files = 25;
  std::set<Gfid> all_named;
  std::size_t not_in_time = 0;
  for (std::uint64_t file = 0; file < files; ++file) {
    for (std::uint64_t folder = 0; folder < folders; ++folder) {
      const Gfid changed = numbered(folder * files + file);
      if (!all_named.contains(changed)) ++not_in_time;
      for (const Gfid& next : order_.changed(changed)) all_named.insert(next);
    }
  }
  EXPECT_EQ(not_in_time, 2 * folders);
}

TEST_F(Order, AnotherPlaceBeginsAnew) {
  for (std::uint64_t number = 0; number < 50; ++number) order_.changed(numbered(number));
  EXPECT_TRUE(order_.changed(numbered(700)).empty());
  EXPECT_EQ(order_.changed(numbered(701)), named(702, 706));
}

TEST_F(Order, TheEndIsTheEnd) {
  for (std::uint64_t number = 900; number < 1000; ++number) {
    for (const Gfid& gfid : order_.changed(numbered(number))) EXPECT_LT(gfid, numbered(1000));
  }
}

TEST_F(Order, WhatIsHeardAgainKeepsItsPlaceForAWhile) {
  hear(0, 500);
  order_.changed(numbered(700));
  EXPECT_EQ(order_.changed(numbered(701)), named(702, 706));
  order_.changed(numbered(998));
  EXPECT_TRUE(order_.changed(numbered(999)).empty());
}

TEST_F(Order, TheOldestAreForgotten) {
  hear(1000, OrderOfChanges::most + 100);
  order_.changed(numbered(98));
  EXPECT_TRUE(order_.changed(numbered(99)).empty());
  order_.changed(numbered(200));
  EXPECT_EQ(order_.changed(numbered(201)), named(202, 206));
  // Heard again, it stands at another place.
  hear(200, 203);
  order_.changed(numbered(200));
  EXPECT_EQ(order_.changed(numbered(201)), named(202, 203));
}

}  // namespace
}  // namespace mortar::testing
