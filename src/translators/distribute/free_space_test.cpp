#include "translators/distribute/free_space.h"

#include <gtest/gtest.h>

#include <vector>

namespace mortar {
namespace {

constexpr std::uint64_t block = 4096;
constexpr std::uint64_t mebibyte = 1 << 20;

// Of 1000 blocks of 4 KiB and 1000 inodes.
VolumeStatus with_free(std::uint64_t blocks, std::uint64_t inodes = 500) {
  VolumeStatus status{.block_size = 4096, .fragment_size = 4096, .blocks = 1000, .free = blocks, .available = blocks};
  status.files = 1000;
  status.files_free = inodes;
  status.files_available = inodes;
  status.name_max = 255;
  return status;
}

std::vector<Storage> storages(const std::vector<VolumeStatus>& all) {
  std::vector<Storage> made;
  made.reserve(all.size());
  for (const VolumeStatus& status : all) made.push_back({status});
  return made;
}

TEST(FreeSpace, WeightsAreMebibytes) {
  VolumeStatus status{.block_size = 4096, .fragment_size = 4096, .blocks = 2560};
  EXPECT_EQ(chunks_of(status), 10U);
  ++status.blocks;
  EXPECT_EQ(chunks_of(status), 11U);
  status.block_size = 4 * mebibyte;
  status.blocks = 3;
  EXPECT_EQ(chunks_of(status), 12U);
  status.blocks = ~std::uint64_t{0};
  EXPECT_EQ(chunks_of(status), 0xffffffffU);
  status.block_size = 512;
  EXPECT_EQ(chunks_of(status), 0xffffffffU);
  EXPECT_EQ(chunks_of(VolumeStatus{}), 0U);
}

TEST(FreeSpace, FullIsBelowALimit) {
  const FreeSpaceLimits limits;  // 10 %, 5 % of the inodes
  EXPECT_FALSE(is_full(with_free(100), limits));
  EXPECT_TRUE(is_full(with_free(99), limits));
  EXPECT_FALSE(is_full(with_free(100, 50), limits));
  EXPECT_TRUE(is_full(with_free(100, 49), limits));
  EXPECT_FALSE(is_full(VolumeStatus{}, limits));  // nobody knows
  VolumeStatus without_count = with_free(500, 0);
  without_count.files = 0;
  EXPECT_FALSE(is_full(without_count, limits));
}

TEST(FreeSpace, LimitsArePercentOrBytes) {
  FreeSpaceLimits limits{.disk = {-1, 400 * block}};
  EXPECT_FALSE(is_full(with_free(400), limits));
  EXPECT_TRUE(is_full(with_free(399), limits));
  limits.disk = {-1, 40};  // without a sign
  EXPECT_FALSE(is_full(with_free(400), limits));
  EXPECT_TRUE(is_full(with_free(399), limits));
  limits.disk = {10.5, 0};  // whole percents are compared
  EXPECT_TRUE(is_full(with_free(109), limits));
  limits.disk = {100, 0};
  EXPECT_FALSE(is_full(with_free(1), limits));
}

TEST(FreeSpace, NewFilesGoWhereTheirNameHashesUnlessItIsFull) {
  const FreeSpaceLimits limits;
  const auto choose = [&](const std::vector<VolumeStatus>& all) {
    return choose_for_new_file(0, storages(all), limits);
  };
  EXPECT_EQ(choose({with_free(100), with_free(900)}), 0U);
  EXPECT_EQ(choose({with_free(99), with_free(300), with_free(800), with_free(700)}), 2U);
  // Not where it is just not full, nor where inodes are short.
  EXPECT_EQ(choose({with_free(90), with_free(105), with_free(900, 50), with_free(120)}), 3U);
  // All are full: where most is left.
  EXPECT_EQ(choose({with_free(20), with_free(30), with_free(90), with_free(99, 0)}), 2U);
  EXPECT_EQ(choose({with_free(40), with_free(30)}), 0U);
  EXPECT_EQ(choose({with_free(0), with_free(0), VolumeStatus{}}), 0U);
  std::vector<Storage> all = storages({with_free(50), with_free(900), with_free(300)});
  all[1].usable = false;
  EXPECT_EQ(choose_for_new_file(0, all, limits), 2U);
}

TEST(FreeSpace, TheFileMustFit) {
  const FreeSpaceLimits limits;
  const std::vector<Storage> all = storages({with_free(500), with_free(300)});
  EXPECT_EQ(with_room(all, limits, 400 * block), 0U);
  EXPECT_EQ(with_room(all, limits, 401 * block), std::nullopt);
  const FreeSpaceLimits in_bytes{.disk = {-1, 100 * block}};
  EXPECT_EQ(with_room(all, in_bytes, 400 * block), 0U);
  EXPECT_EQ(with_room(all, in_bytes, 400 * block + 1), std::nullopt);
}

TEST(FreeSpace, TheMostIsInTheUnitOfTheLimit) {
  VolumeStatus large = with_free(2000);
  large.blocks = 10000;  // 20 %, but twice as much as the other has in all
  const std::vector<Storage> all = storages({with_free(900), large});
  EXPECT_EQ(with_room(all, {}), 0U);
  EXPECT_EQ(with_room(all, {.disk = {-1, 4096}}), 1U);
}

// Of subvolumes without a quota.
VolumeStatus sum_of(const std::vector<VolumeStatus>& all) {
  VolumeStatusSum sum;
  for (const VolumeStatus& status : all) sum.add(status, false);
  return sum.total();
}

TEST(VolumeStatusSum, AddsWhatSubvolumesHave) {
  const VolumeStatus sum = sum_of({with_free(100), with_free(250, 20)});
  EXPECT_EQ(sum.blocks, 2000U);
  EXPECT_EQ(sum.free, 350U);
  EXPECT_EQ(sum.available, 350U);
  EXPECT_EQ(sum.files, 2000U);
  EXPECT_EQ(sum.files_free, 520U);
  EXPECT_EQ(sum.files_available, 520U);
  EXPECT_EQ(sum.block_size, 4096U);
}

TEST(VolumeStatusSum, CountsInTheLargestFragments) {
  VolumeStatus large = with_free(100);
  large.block_size = 65536;
  large.fragment_size = 16384;
  large.name_max = 143;
  for (const VolumeStatus& sum : {sum_of({large, with_free(400)}), sum_of({with_free(400), large})}) {
    EXPECT_EQ(sum.block_size, 65536U);
    EXPECT_EQ(sum.fragment_size, 16384U);
    EXPECT_EQ(sum.blocks, 1250U);
    EXPECT_EQ(sum.available, 200U);
    EXPECT_EQ(sum.files, 2000U);
    EXPECT_EQ(sum.name_max, 143U);
  }
}

TEST(VolumeStatusSum, AQuotaIsNotAdded) {
  VolumeStatusSum sum;
  sum.add(with_free(900), false);
  sum.add(with_free(600), true);
  EXPECT_EQ(sum.total(), with_free(600));
  sum.add(with_free(10), false);
  sum.add(with_free(700), true);
  EXPECT_EQ(sum.total(), with_free(600));
  sum.add(with_free(200), true);  // more usage
  EXPECT_EQ(sum.total(), with_free(200));
}

}  // namespace
}  // namespace mortar
