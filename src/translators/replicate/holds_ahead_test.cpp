// Modes that are changed one after the other, in the order in which the files were made.
#include <gtest/gtest.h>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

using namespace std::chrono_literals;

class ModesInOrder : public ::testing::Test {
 protected:
  static constexpr int many = 40;

  ModesInOrder() {
    lab_.bricks_know_sequences = true;
    for (int number = 0; number < many; ++number) {
      files_.push_back(lab_.client().create(root_gfid, name_of(number))->iatt.gfid);
    }
    lab_.settle();
  }

  static std::string name_of(int number) { return "f" + std::to_string(number); }
  Result<fop::Setattr::Reply> change_mode(ClusterClient& client, int number) {
    return client.ask(fop::Setattr{.gfid = files_[number], .iatt = {.mode = 0600}, .valid = set_attribute::mode});
  }
  void change_modes(int from, int to) {
    for (int number = from; number < to; ++number) EXPECT_TRUE(change_mode(lab_.client(), number)) << number;
  }
  void expect_changed(int from, int to) {
    lab_.settle();
    for (int number = from; number < to; ++number) {
      EXPECT_EQ(lab_.differences(name_of(number)), std::vector<std::string>());
      EXPECT_EQ(lab_.brick(2).status(name_of(number)).mode & 0777, 0600U) << number;
    }
  }

  ReplicateLab lab_;
  std::vector<Gfid> files_;
};

TEST_F(ModesInOrder, NobodyWaitsForTheirLocks) {
  change_modes(0, 8);
  std::vector<Duration> took;
  for (int number = 8; number < many - 1; ++number) {
    const Instant begun = lab_.simulation().now();
    EXPECT_TRUE(change_mode(lab_.client(), number));
    took.push_back(lab_.simulation().now() - begun);
  }
  const Instant begun = lab_.simulation().now();
  EXPECT_TRUE(lab_.client().lookup(files_.front()));
  const Duration one_trip = lab_.simulation().now() - begun;
  std::ranges::sort(took);
  EXPECT_LT(took[took.size() / 2], 2 * one_trip);
  expect_changed(0, many - 1);
}

TEST_F(ModesInOrder, OthersHaveWhatIsLockedAheadAtOnce) {
  change_modes(0, 12);
  ClusterClient& other = lab_.add_client();
  lab_.simulation().run_for(100ms);
  const Instant begun = lab_.simulation().now();
  EXPECT_TRUE(change_mode(other, 16));
  EXPECT_LT(lab_.simulation().now() - begun, 500ms);
  change_modes(12, many);
  expect_changed(0, many);
}

TEST_F(ModesInOrder, WhatOthersHaveLockedIsWaitedFor) {
  ClusterClient& other = lab_.add_client();
  lab_.simulation().run_for(100ms);
  for (const int number : {9, 14, 20}) EXPECT_TRUE(change_mode(other, number));
  change_modes(0, many);
  expect_changed(0, many);
}

TEST_F(ModesInOrder, ACopyGoesMeanwhile) {
  change_modes(0, 12);
  lab_.brick(2).go_away();
  change_modes(12, many);
  lab_.settle();
  for (const int number : {12, 14, 30}) {
    EXPECT_TRUE(lab_.missed(0, name_of(number), 2).any());
    EXPECT_TRUE(lab_.missed(1, name_of(number), 2).any());
  }
  EXPECT_FALSE(lab_.missed(0, name_of(3), 2).any());
}

TEST_F(ModesInOrder, ACopyThatIsBehindWasHeardOfWithTheLock) {
  lab_.brick(2).go_away();
  EXPECT_TRUE(lab_.client().ask(
      fop::Setattr{.gfid = files_[14], .iatt = {.mode = 0640}, .valid = set_attribute::mode}));
  lab_.settle();
  lab_.brick(2).come_back();
  lab_.simulation().run_for(100ms);
  change_modes(0, 16);
  lab_.settle();
  EXPECT_TRUE(lab_.differences(name_of(13)).empty());
  for (std::size_t copy = 0; copy < 2; ++copy) {
    EXPECT_EQ(lab_.brick(copy).status(name_of(14)).mode & 0777, 0600U);
  }
  const bool is_blamed = lab_.missed(0, name_of(14), 2).any();
  EXPECT_TRUE(is_blamed || (lab_.brick(2).status(name_of(14)).mode & 0777) == 0600U);
}

TEST_F(ModesInOrder, WhatIsRemovedMeanwhileIsNotThere) {
  change_modes(0, 12);
  ClusterClient& other = lab_.add_client();
  lab_.simulation().run_for(100ms);
  EXPECT_TRUE(other.ask(fop::Unlink{.parent = root_gfid, .name = name_of(15), .xdata = {}}));
  change_modes(12, 15);
  const Result<fop::Setattr::Reply> changed = change_mode(lab_.client(), 15);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().number(), ESTALE);
  change_modes(16, many);
  expect_changed(16, many);
}

}  // namespace
}  // namespace mortar::testing
