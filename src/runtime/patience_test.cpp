#include "runtime/patience.h"

#include <gtest/gtest.h>

namespace mortar {
namespace {

using namespace std::chrono_literals;

TEST(Patience, ShortWaitsMakeItLookOut) {
  Patience patience(2);
  EXPECT_FALSE(patience.looks_out());
  patience.slept(50us);
  EXPECT_TRUE(patience.looks_out());
  for (int wait = 0; wait < 100; ++wait) patience.looked_out(false);
  EXPECT_TRUE(patience.looks_out());
}

TEST(Patience, LongWaitsLetItSleep) {
  Patience patience(2);
  for (int wait = 0; wait < 100; ++wait) patience.slept(50us);
  int looks = 0;
  while (patience.looks_out()) {
    patience.looked_out(true);
    ++looks;
  }
  EXPECT_LE(looks, 4);
  patience.slept(10ms);
  // Now and then a short one among many long ones is not worth it.
  for (int wait = 0; wait < 300; ++wait) {
    patience.slept(wait % 3 == 0 ? 50us : 10ms);
    EXPECT_FALSE(patience.looks_out()) << wait;
  }
}

TEST(Patience, OnOneCoreThereIsNone) {
  Patience patience(1);
  for (int wait = 0; wait < 100; ++wait) patience.slept(1us);
  EXPECT_FALSE(patience.looks_out());
}

}  // namespace
}  // namespace mortar
