#include "runtime/real_world.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "base/join.h"
#include "runtime/real_world_test_support.h"
#include "runtime/unique_descriptor.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

using WorldTest = RealWorldTest;

Task<> sleep_and_note(World& world, Duration duration, int name, std::vector<int>& order) {
  co_await tried(world.sleep(duration));
  order.push_back(name);
  co_return done;
}

Task<> many_sleeps(World& world, std::vector<int>& order) {
  TaskSet running;
  running.start(sleep_and_note(world, 30ms, 3, order));
  running.start(sleep_and_note(world, 10ms, 1, order));
  running.start(sleep_and_note(world, 20ms, 2, order));
  running.start(sleep_and_note(world, 0ms, 0, order));
  co_await tried(running.finished());
  co_return done;
}

TEST_P(WorldTest, SleepersWakeInTheOrderOfTheirTime) {
  std::vector<int> order;
  const Instant before = world().now();
  ASSERT_TRUE(run(many_sleeps(world(), order)));
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_GE(world().now() - before, 30ms);
}

Task<> cancelled_sleep(World& world, std::vector<int>& order) {
  TaskSet running;
  running.start(sleep_and_note(world, 5ms, 1, order));
  {
    TaskSet cancelled;
    cancelled.start(sleep_and_note(world, 1ms, 2, order));
  }
  co_await tried(running.finished());
  co_return done;
}

TEST_P(WorldTest, ACancelledSleeperNeverWakes) {
  std::vector<int> order;
  ASSERT_TRUE(run(cancelled_sleep(world(), order)));
  EXPECT_EQ(order, std::vector<int>{1});
}

TEST_P(WorldTest, TheMainTasksErrorIsHandedOut) {
  const Result<Done> ended = world().run(ready(Result<Done>(failed(EDOM))));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().number(), EDOM);
}

Task<int> worked(World& world, int value) {
  int squared = co_await tried(world.off_loop([value] { return value * value; }));
  co_return squared;
}

Task<std::vector<Result<int>>> much_work(World& world, int count) {
  std::vector<Task<int>> tasks;
  for (int value = 0; value < count; ++value) tasks.push_back(worked(world, value));
  std::vector<Result<int>> answers = co_await tried(all(std::move(tasks)));
  co_return answers;
}

TEST_P(WorldTest, WorkersServeManyTasks) {
  for (int round = 0; round < 5; ++round) {
    Result<std::vector<Result<int>>> answers = run(much_work(world(), 2000));
    ASSERT_TRUE(answers);
    for (int value = 0; value < 2000; ++value) ASSERT_EQ(*(*answers)[static_cast<std::size_t>(value)], value * value);
  }
}

TEST_P(WorldTest, WorkersServeOneAfterTheOther) {
  for (int value = 0; value < 300; ++value) ASSERT_EQ(*run(worked(world(), value)), value * value);
}

Task<> abandon_work(World& world, std::shared_ptr<std::atomic<int>> finished) {
  TaskSet running;
  for (int count = 0; count < 50; ++count) {
    running.start([](World& in, std::shared_ptr<std::atomic<int>> counter) -> Task<> {
      int result = co_await tried(in.off_loop([counter] { return ++*counter; }));
      ADD_FAILURE() << "resumed with " << result;
      co_return done;
    }(world, finished));
  }
  running.cancel();
  co_return done;
}

TEST_P(WorldTest, WorkOfACancelledTaskIsDoneAllTheSame) {
  auto finished = std::make_shared<std::atomic<int>>(0);
  ASSERT_TRUE(run(abandon_work(world(), finished)));
  world_.reset();
  EXPECT_EQ(finished->load(), 50);
}

TEST_P(WorldTest, BackgroundWorkEndsWithItsWorld) {
  std::vector<int> order;
  world().background().start(sleep_and_note(world(), 1h, 1, order));
  ASSERT_TRUE(run(world().sleep(1ms)));
  world_.reset();
  EXPECT_TRUE(order.empty());
}

TEST_P(WorldTest, RandomNumbersDiffer) {
  std::set<std::uint64_t> numbers;
  for (int count = 0; count < 100; ++count) numbers.insert(world().random_number());
  EXPECT_EQ(numbers.size(), 100U);
  EXPECT_NE(world().random_gfid(), world().random_gfid());
  EXPECT_EQ(world().random_gfid().bytes[6] >> 4, 4);
  EXPECT_GT(world().wall_clock().seconds, 1'600'000'000);
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    reading = UniqueDescriptor(ends[0]);
    writing = UniqueDescriptor(ends[1]);
  }
  UniqueDescriptor reading;
  UniqueDescriptor writing;
};

Task<> await_input(RealWorld& world, int descriptor, int& seen) {
  co_await tried(world.readable(descriptor));
  ++seen;
  co_return done;
}

Task<int> foreign_input(RealWorld& world, Pipe& pipe) {
  int seen = 0;
  for (int round = 0; round < 10; ++round) {
    {
      TaskSet cancelled;
      cancelled.start(await_input(world, pipe.reading.number(), seen));
      co_await tried(world.sleep(100us));
    }
    TaskSet running;
    running.start(await_input(world, pipe.reading.number(), seen));
    co_await tried(world.sleep(100us));
    EXPECT_EQ(seen, round);
    EXPECT_EQ(::write(pipe.writing.number(), "x", 1), 1);
    co_await tried(running.finished());
    char byte = 0;
    EXPECT_EQ(::read(pipe.reading.number(), &byte, 1), 1);
  }
  co_return seen;
}

TEST_P(WorldTest, ForeignDescriptorsAreWaitedFor) {
  Pipe pipe;
  EXPECT_EQ(*run(foreign_input(world(), pipe)), 10);
  // A new descriptor with the number of one that was closed.
  const int number = pipe.reading.number();
  pipe = Pipe();
  Pipe other;
  EXPECT_EQ(*run(foreign_input(world(), other)), 10);
  EXPECT_GE(number, 0);
}

Task<std::vector<int>> signals_seen(RealWorld& world) {
  TaskSet first;
  std::vector<int> seen;
  first.start([](RealWorld& in, std::vector<int>& into) -> Task<> {
    while (true) {
      const int number = co_await tried(in.next_signal());
      into.push_back(number);
    }
  }(world, seen));
  for (const int number : {SIGHUP, SIGUSR1, SIGTERM}) {
    ::kill(::getpid(), number);
    while (seen.empty() || seen.back() != number) {
      co_await tried(world.sleep(1ms));
    }
  }
  co_return seen;
}

TEST_P(WorldTest, SignalsAreReadOneByOne) {
  EXPECT_EQ(*run(signals_seen(world())), (std::vector<int>{SIGHUP, SIGUSR1, SIGTERM}));
}

INSTANTIATE_TEST_SUITE_P(Engines, WorldTest, testing::Bool(), engine_name);

}  // namespace
}  // namespace mortar
