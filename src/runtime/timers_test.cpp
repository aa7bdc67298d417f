#include "runtime/timers.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/task_set.h"

namespace mortar {
namespace {

Instant at(int tick) { return Instant(Duration(tick)); }

Task<> sleep_until(Timers& timers, int due, int name, std::vector<int>& order) {
  Timers::Timer timer(timers, at(due));
  co_await timer;
  order.push_back(name);
  co_return done;
}

TEST(Timers, WakeWhoIsDueInOrder) {
  Timers timers;
  std::vector<int> order;
  TaskSet running;
  for (const int due : {5, 3, 9, 3, 1}) running.start(sleep_until(timers, due, due, order));
  EXPECT_EQ(timers.next(), at(1));
  timers.wake_due(at(0));
  EXPECT_FALSE(run_ready());
  timers.wake_due(at(5));
  run_ready();
  EXPECT_EQ(order, (std::vector<int>{1, 3, 3, 5}));
  EXPECT_EQ(timers.next(), at(9));
  timers.wake_due(at(9));
  run_ready();
  EXPECT_EQ(timers.next(), std::nullopt);
}

TEST(Timers, EqualMomentsAreWokenAsTheyWereStarted) {
  Timers timers;
  std::vector<int> order;
  TaskSet running;
  std::vector<int> expected;
  for (int name = 0; name < 100; ++name) {
    running.start(sleep_until(timers, 7, name, order));
    expected.push_back(name);
  }
  timers.wake_due(at(7));
  run_ready();
  EXPECT_EQ(order, expected);
}

// Half of the sleepers are cancelled, from all places of the heap.
TEST(Timers, TheCancelledAreGoneAndTheOthersKeepTheirOrder) {
  constexpr int count = 1009;
  Timers timers;
  std::vector<int> order;
  std::vector<std::unique_ptr<TaskSet>> sleepers;
  for (int index = 0; index < count; ++index) {
    const int due = index * 77 % count;
    sleepers.push_back(std::make_unique<TaskSet>());
    sleepers.back()->start(sleep_until(timers, due, due, order));
  }
  std::vector<bool> cancelled(count);
  for (int step = 0; step < count / 2; ++step) {
    const int index = step * 31 % count;
    sleepers[static_cast<std::size_t>(index)].reset();
    cancelled[static_cast<std::size_t>(index * 77 % count)] = true;
  }
  std::vector<int> expected;
  for (int due = 0; due < count; ++due) {
    if (!cancelled[static_cast<std::size_t>(due)]) expected.push_back(due);
  }
  for (int now = 0; now < count; now += 10) {
    timers.wake_due(at(now));
    run_ready();
  }
  timers.wake_due(at(count));
  run_ready();
  EXPECT_EQ(order, expected);
}

TEST(Timers, OneThatIsDueMayStillBeCancelled) {
  Timers timers;
  std::vector<int> order;
  TaskSet running;
  running.start(sleep_until(timers, 1, 1, order));
  timers.wake_due(at(1));
  running.cancel();
  run_ready();
  EXPECT_TRUE(order.empty());
}

}  // namespace
}  // namespace mortar
