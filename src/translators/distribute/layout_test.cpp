#include "translators/distribute/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "translators/distribute/name_hash.h"
#include "translators/distribute/samples_test_support.h"

namespace mortar {
namespace {

using testing::hexadecimal;
using testing::sample_rows;

constexpr std::uint64_t all_hashes = std::uint64_t{1} << 32;

std::vector<std::byte> bytes_of_hex(const std::string& text) {
  std::vector<std::byte> bytes;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
    bytes.push_back(static_cast<std::byte>(hexadecimal(text.substr(at, 2))));
  }
  return bytes;
}

struct Pool {
  explicit Pool(std::size_t count, std::uint32_t weight = 1) {
    for (std::size_t index = 0; index < count; ++index) names.push_back("dist-client-" + std::to_string(index));
    for (const std::string& name : names) sharers.push_back({name, weight});
  }
  Layout empty() const {
    Layout layout(names.size());
    for (std::size_t index = 0; index < names.size(); ++index) layout[index].err = 0;
    return layout;
  }
  std::vector<std::string> names;
  std::vector<Sharer> sharers;
};

std::uint64_t size_of(const Range& range) {
  return range.takes_part() ? std::uint64_t{range.stop} - range.start + 1 : 0;
}

std::uint64_t names_that_stay(const Layout& before, const Layout& after) {
  std::uint64_t stay = 0;
  for (std::size_t index = 0; index < before.size(); ++index) {
    if (!before[index].takes_part() || !after[index].takes_part()) continue;
    const std::uint64_t start = std::max(before[index].start, after[index].start);
    const std::uint64_t stop = std::min(before[index].stop, after[index].stop);
    if (start <= stop) stay += stop - start + 1;
  }
  return stay;
}

TEST(Layout, IsReadAndWrittenAndMadeAsByStock) {
  const Pool pool(4);
  const NameHash hash;
  int seen = 0;
  for (const auto& row : sample_rows("layouts.tsv")) {
    ASSERT_EQ(row.size(), 5U);
    Layout stock(4);
    for (std::size_t index = 0; index < 4; ++index) {
      const std::vector<std::byte> stored = bytes_of_hex(row[index + 1]);
      ASSERT_TRUE(stock.learn(index, Bytes(stored)));
      EXPECT_TRUE(std::ranges::equal(stock.stored(index), stored)) << row[0];
    }
    EXPECT_EQ(stock.anomalies(), Anomalies{});
    const std::uint32_t commit_hash = row[0] == "/" ? 1 : 0;
    EXPECT_EQ(stock.commit_hash(), commit_hash);
    const Dealing dealing{.first = start_index(hash(row[0]), 4), .commit_hash = commit_hash};
    EXPECT_EQ(assign(pool.empty(), pool.sharers, dealing), stock) << row[0];
    for (const auto& placement : sample_rows("placements.tsv")) {
      if (placement[0] != row[0]) continue;
      EXPECT_EQ(stock.place(hash(placement[1])), std::stoul(placement[4])) << placement[1];
      ++seen;
    }
  }
  EXPECT_EQ(seen, 41);
}

TEST(Layout, RefusesWhatIsNone) {
  const std::vector<std::string> values{"", std::string(30, '0'), std::string(34, '0'),
                                        "000000000000000200000000ffffffff"};
  for (const std::string& text : values) {
    Layout layout(1);
    const std::vector<std::byte> stored = bytes_of_hex(text);
    const Result<Done> learned = layout.learn(0, Bytes(stored));
    ASSERT_FALSE(learned) << text;
    EXPECT_EQ(learned.error().number(), EINVAL);
    EXPECT_EQ(layout[0].err, Range::unknown);
    EXPECT_EQ(layout.anomalies().missing, 1U);
  }
}

TEST(Layout, WhatTheAdministratorChoseStays) {
  Pool pool(2);
  Layout layout(2);
  ASSERT_TRUE(layout.learn(0, Bytes(bytes_of_hex("00000000000000010000000000001000"))));
  ASSERT_TRUE(layout.learn(1, Bytes(bytes_of_hex("000000000000000000001001ffffffff"))));
  EXPECT_TRUE(layout.is_fixed());
  EXPECT_EQ(std::to_integer<int>(layout.stored(1)[7]), 1);
  EXPECT_EQ(reassign(layout, pool.sharers, {}), layout);
}

TEST(Layout, CountsWhatIsWrong) {
  const std::vector<int> errors{0, ENOENT, ESTALE, Range::unknown, ENOTCONN, ENOSPC, EIO, EINVAL, 0};
  Layout layout(errors.size());
  for (std::size_t index = 0; index < errors.size(); ++index) layout[index].err = errors[index];
  layout[0] = Range{.start = 0, .stop = 0xffffffff};
  EXPECT_EQ(layout.anomalies(), (Anomalies{.missing = 3, .down = 1, .no_space = 1, .misc = 2}));
  EXPECT_FALSE(layout.anomalies().wrong_ranges());

  const auto of = [](std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges) {
    Layout made(ranges.size());
    for (std::size_t index = 0; index < ranges.size(); ++index) {
      made[index] = Range{.start = ranges[index].first, .stop = ranges[index].second};
    }
    const Anomalies found = made.anomalies();
    EXPECT_EQ(found.missing + found.down + found.no_space + found.misc, 0U);
    return std::pair(found.holes, found.overlaps);
  };
  using Counts = std::pair<std::uint32_t, std::uint32_t>;
  EXPECT_EQ(of({{0x80000000, 0xffffffff}, {0, 0x7fffffff}}), Counts(0, 0));
  EXPECT_EQ(of({{0x80000000, 0xffffffff}, {0, 0x7fffffff}, {0, 0}}), Counts(0, 0));
  EXPECT_EQ(of({{0x80000000, 0xffffffff}, {0, 0x7ffffffe}}), Counts(1, 0));
  EXPECT_EQ(of({{0x80000000, 0xffffffff}, {0, 0x80000000}}), Counts(0, 1));
  EXPECT_EQ(of({{1, 0xffffffff}}), Counts(1, 0));
  EXPECT_EQ(of({{0, 0xfffffffe}}), Counts(1, 0));
  EXPECT_EQ(of({{0, 0}, {0, 0}}), Counts(1, 0));
  EXPECT_EQ(of({{0, 0xffffffff}, {0, 0xffffffff}}), Counts(0, 1));
  EXPECT_EQ(of({}), Counts(1, 0));
}

TEST(Layout, PlacesOnlyWhereARangeIs) {
  Layout layout(4);
  layout[0] = Range{.start = 0x80000000, .stop = 0xffffffff};
  layout[1] = Range{};  // takes no part: not even 0 is its own
  layout[2] = Range{.start = 0, .stop = 0x7fffff00};
  layout[3] = Range{.start = 0x7ffffe00, .stop = 0x7fffff00};
  EXPECT_EQ(layout.place(0), 2U);
  EXPECT_EQ(layout.place(0x7fffff00), 2U);
  EXPECT_EQ(layout.place(0x7fffff01), std::nullopt);
  EXPECT_EQ(layout.place(0x80000000), 0U);
  EXPECT_EQ(layout.place(0xffffffff), 0U);
  EXPECT_EQ(Layout().place(0), std::nullopt);
}

TEST(Layout, TheCommitHashIsWhatAllSayThatHaveOne) {
  Layout layout(3);
  EXPECT_EQ(layout.commit_hash(), std::nullopt);
  layout[0].commit_hash = 7;
  layout[2].commit_hash = 7;
  EXPECT_EQ(layout.commit_hash(), 7U);
  layout[1].commit_hash = 0;
  EXPECT_EQ(layout.commit_hash(), std::nullopt);
}

TEST(Layout, GoesRoundInTheOrderOfNames) {
  Pool pool(11);  // "dist-client-10" stands before "dist-client-2"
  const Layout layout = assign(pool.empty(), pool.sharers, {.first = 2});
  EXPECT_EQ(layout[10].start, 0U);
  EXPECT_EQ(layout[2].start, layout[10].stop + 1);
  EXPECT_EQ(layout[1].stop, 0xffffffffU);
  EXPECT_EQ(layout[0].stop + 1, layout[1].start);
}

TEST(Layout, LeavesOutWhoCannotHaveARange) {
  Pool pool(6);
  Layout present = pool.empty();
  present[0].err = ENOTCONN;
  present[1].err = ENOSPC;
  present[2].err = ENOENT;
  present[3].err = Range::unknown;
  pool.sharers[4].leaving = true;
  Layout layout = assign(present, pool.sharers, {.commit_hash = 9});
  const Range third{.start = 0, .stop = 0x55555554, .commit_hash = 9};
  EXPECT_EQ(layout[2], third);
  EXPECT_EQ(layout[3], (Range{.start = 0x55555555, .stop = 0xaaaaaaa9, .commit_hash = 9}));
  EXPECT_EQ(layout[5], (Range{.start = 0xaaaaaaaa, .stop = 0xffffffff, .commit_hash = 9}));
  for (const auto& [index, err] : {std::pair<std::size_t, int>{0, ENOTCONN}, {1, ENOSPC}, {4, EINVAL}}) {
    EXPECT_EQ(layout[index], Range{.err = err});
  }

  // Somebody has to take the names.
  for (const std::size_t index : {2, 3, 5}) present[index].err = EIO;
  layout = assign(present, pool.sharers, {});
  EXPECT_EQ(size_of(layout[1]), all_hashes);
  present[1].err = EIO;
  EXPECT_EQ(assign(present, pool.sharers, {}).anomalies().holes, 1U);
}

TEST(Layout, FollowsTheSizesOfSubvolumes) {
  Pool pool(3);
  pool.sharers[0].weight = 100;
  pool.sharers[1].weight = 300;
  pool.sharers[2].weight = 400;
  Layout layout = assign(pool.empty(), pool.sharers, {});
  EXPECT_EQ(layout[0].stop, 0x1ffffffeU);
  EXPECT_EQ(layout[1].stop, 0x7ffffffdU);
  EXPECT_EQ(layout[2].stop, 0xffffffffU);
  EXPECT_EQ(assign(pool.empty(), pool.sharers, {.by_weight = false})[0].stop, 0x55555554U);
  pool.sharers[1].weight = 0;  // not known: all the same
  EXPECT_EQ(assign(pool.empty(), pool.sharers, {})[0].stop, 0x55555554U);
  // One that cannot be used does not count.
  Layout present = pool.empty();
  present[1].err = ENOTCONN;
  EXPECT_EQ(assign(present, pool.sharers, {})[0].stop, 0x33333332U);
}

TEST(Layout, SpreadsOverAFew) {
  Pool pool(5);
  const Layout layout = assign(pool.empty(), pool.sharers, {.first = 3, .spread = 2});
  EXPECT_EQ(layout[3].stop, 0x7ffffffeU);
  EXPECT_EQ(layout[4].stop, 0xffffffffU);
  for (const std::size_t index : {0, 1, 2}) EXPECT_FALSE(layout[index].takes_part());
  EXPECT_EQ(layout.anomalies(), Anomalies{});
  EXPECT_EQ(assign(pool.empty(), pool.sharers, {.spread = 9}), assign(pool.empty(), pool.sharers, {}));
}

TEST(Layout, NewSubvolumesMoveAsFewNamesAsPossible) {
  Pool two(2), three(3);
  Layout present(3);
  const Layout before = assign(two.empty(), two.sharers, {});
  present[0] = before[0];
  present[1] = before[1];
  present[2].err = 0;
  for (std::size_t first = 0; first < 3; ++first) {
    const Result<Layout> after = reassign(present, three.sharers, {.first = first, .commit_hash = 5});
    ASSERT_TRUE(after);
    EXPECT_EQ(after->anomalies(), Anomalies{});
    EXPECT_EQ(after->commit_hash(), 5U);
    EXPECT_GE(names_that_stay(present, *after), all_hashes / 3 * 2 - 2) << first;
  }
  // Where nobody came or went nothing moves, wherever it begins.
  for (std::size_t first = 0; first < 2; ++first) {
    const Result<Layout> after = reassign(before, two.sharers, {.first = first});
    ASSERT_TRUE(after);
    EXPECT_EQ(*after, before);
  }
}

TEST(Layout, IsNotReassignedWhileSomebodyIsAway) {
  const Pool pool(2);
  Layout present = assign(pool.empty(), pool.sharers, {});
  present[1].err = ENOTCONN;
  EXPECT_EQ(reassign(present, pool.sharers, {}).error().number(), ENOTCONN);
  present[1].err = EPERM;
  EXPECT_EQ(reassign(present, pool.sharers, {}).error().number(), EIO);
  present[1].err = ENOSPC;
  const Result<Layout> after = reassign(present, pool.sharers, {});
  ASSERT_TRUE(after);
  EXPECT_EQ(after->anomalies(), Anomalies{});
  EXPECT_TRUE((*after)[1].takes_part());
}

TEST(Layout, LeaversHandOverAndTheRestStays) {
  Pool pool(4);
  const Layout before = assign(pool.empty(), pool.sharers, {.first = 1});
  pool.sharers[2].leaving = true;
  const Result<Layout> after = reassign(before, pool.sharers, {.first = 3});
  ASSERT_TRUE(after);
  EXPECT_FALSE((*after)[2].takes_part());
  EXPECT_FALSE(after->anomalies().wrong_ranges());
  EXPECT_GE(names_that_stay(before, *after), all_hashes / 2);
}

// Whatever the subvolumes are like: every hash has one place and one only.
TEST(Layout, AlwaysCoversEverythingOnce) {
  const int states[] = {0, 0, 0, Range::unknown, ENOENT, ENOSPC, ENOTCONN, ESTALE, EIO};
  Random random(20241);
  for (int round = 0; round < 20000; ++round) {
    Pool pool(1 + random.below(12));
    const int shift = static_cast<int>(random.below(33));
    Layout present = pool.empty();
    bool usable = false;
    for (std::size_t index = 0; index < pool.sharers.size(); ++index) {
      const std::uint32_t weight = static_cast<std::uint32_t>(random.next() >> 32 >> shift);
      pool.sharers[index].weight = random.chance(0.05) ? 0 : std::max(weight, 1U);
      pool.sharers[index].leaving = random.chance(0.1);
      present[index].err = states[random.below(std::size(states))];
      const int err = present[index].err;
      usable = usable || (!pool.sharers[index].leaving && (err <= 0 || err == ENOENT || err == ENOSPC));
    }
    const Dealing dealing{.first = random.below(pool.sharers.size()),
                          .spread = static_cast<std::uint32_t>(random.below(6)),
                          .by_weight = random.chance(0.7)};
    const Layout layout = assign(present, pool.sharers, dealing);
    ASSERT_EQ(layout.anomalies().wrong_ranges(), !usable) << round;
    std::uint64_t covered = 0;
    for (std::size_t index = 0; index < layout.size(); ++index) {
      covered += size_of(layout[index]);
      if (!layout[index].takes_part()) continue;
      ASSERT_FALSE(pool.sharers[index].leaving);
      ASSERT_EQ(layout.place(layout[index].start), index);
      ASSERT_EQ(layout.place(layout[index].stop), index);
    }
    ASSERT_EQ(covered, usable ? all_hashes : 0) << round;

    if (const Result<Layout> again = reassign(layout, pool.sharers, dealing); usable && again) {
      ASSERT_FALSE(again->anomalies().wrong_ranges()) << round;
    }
  }
}

// One subvolume so small beside the others that its share is less than a hash.
TEST(Layout, EveryoneGetsARangeThatReadsAsOne) {
  Pool pool(4, 0xffffffff);
  pool.sharers[1].weight = 1;
  for (std::size_t first = 0; first < 4; ++first) {
    const Layout layout = assign(pool.empty(), pool.sharers, {.first = first});
    EXPECT_EQ(layout.anomalies(), Anomalies{});
    EXPECT_GE(size_of(layout[1]), 2U);
  }
}

}  // namespace
}  // namespace mortar
