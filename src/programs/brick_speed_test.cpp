#include "programs/brick_speed.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "runtime/real_world_test_support.h"

namespace mortar {
namespace {

class BrickSpeed : public ::testing::Test {
 protected:
  Result<Speed> measure(SpeedTest test) { return run_in(*world_, measure_speed(*world_, folder_.path(), test)); }
  int refusal_of(SpeedTest test) {
    const Result<Speed> speed = measure(test);
    return speed ? 0 : speed.error().number();
  }

  TemporaryFolder folder_;
  std::unique_ptr<RealWorld> world_ = std::move(*RealWorld::make({.workers = 1}));
};

TEST_F(BrickSpeed, IsMeasuredAndLeavesNothing) {
  for (bool reading : {false, true}) {
    const Result<Speed> speed = measure({.block_size = 4096, .blocks = 100, .reading = reading});
    ASSERT_TRUE(speed) << speed.error().sentence();
    EXPECT_GE(speed->microseconds, 1);
    EXPECT_DOUBLE_EQ(speed->megabytes_a_second, 409600 / speed->microseconds);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(BrickSpeed, WhatIsTooMuchIsRefused) {
  EXPECT_EQ(refusal_of({.block_size = 0, .blocks = 1}), EINVAL);
  EXPECT_EQ(refusal_of({.block_size = 1, .blocks = 0}), EINVAL);
  EXPECT_EQ(refusal_of({.block_size = std::uint64_t{1} << 28, .blocks = 1}), E2BIG);
  EXPECT_EQ(refusal_of({.block_size = 1 << 20, .blocks = 10241}), E2BIG);
}

}  // namespace
}  // namespace mortar
