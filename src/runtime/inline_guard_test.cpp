#include "runtime/inline_guard.h"

#include <gtest/gtest.h>

namespace mortar {
namespace {

using namespace std::chrono_literals;

class Guard : public testing::Test {
 protected:
  // A call of that length; whether the next one is allowed on the loop.
  bool run(Duration took, Weight weight = Weight::names) {
    const Instant begun = now_;
    now_ += took;
    guard_.ran(weight, begun, now_);
    return guard_.allows(weight, now_);
  }
  Instant now_ = Instant(1h);
  InlineGuard guard_{true};
};

TEST_F(Guard, OneHiccupProvesNothing) {
  for (int call = 0; call < 100; ++call) EXPECT_TRUE(run(20us));
  EXPECT_TRUE(run(30ms));
  for (int call = 0; call < 100; ++call) EXPECT_TRUE(run(20us));
}

TEST_F(Guard, ASlowDiskGoesToTheWorkersSoonAndForLonger) {
  int calls = 1;
  while (run(8ms)) ++calls;
  EXPECT_LE(calls, 4);
  EXPECT_FALSE(guard_.allows(Weight::names, now_ + InlineGuard::first_pause - 1ms));
  EXPECT_TRUE(guard_.allows(Weight::write, now_)) << "other kinds are not meant";
  now_ += InlineGuard::first_pause;
  EXPECT_TRUE(guard_.allows(Weight::names, now_));
  calls = 1;
  while (run(8ms)) ++calls;
  EXPECT_LE(calls, 2) << "it is still slow";
  EXPECT_FALSE(guard_.allows(Weight::names, now_ + 2 * InlineGuard::first_pause - 1ms));
  for (int round = 0; round < 20; ++round) {
    now_ += InlineGuard::longest_pause;
    run(8ms);
  }
  EXPECT_TRUE(guard_.allows(Weight::names, now_ + InlineGuard::longest_pause));
}

TEST_F(Guard, ADiskThatIsQuickAgainIsForgiven) {
  while (run(8ms)) {
  }
  now_ += InlineGuard::longest_pause;
  for (int call = 0; call < 1000; ++call) EXPECT_TRUE(run(100us));
  while (run(8ms)) {
  }
  EXPECT_TRUE(guard_.allows(Weight::names, now_ + InlineGuard::first_pause));
}

TEST_F(Guard, WhatIsSlowByNatureIsNeverOnTheLoop) { EXPECT_FALSE(guard_.allows(Weight::slow, now_)); }

}  // namespace
}  // namespace mortar
