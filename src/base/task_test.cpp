#include "base/task.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/event.h"
#include "base/few_at_once.h"
#include "base/gate.h"
#include "base/join.h"
#include "base/task_set.h"

namespace mortar {
namespace {

Task<int> number(int value) { co_return value; }
Task<int> fails(int error) { co_return Error(error); }

template <class T>
Result<T> run(Task<T> task) {
  std::optional<Result<T>> outcome;
  TaskSet set;
  set.start([](Task<T> inner, std::optional<Result<T>>& out) -> Task<> {
    Result<T> result = co_await std::move(inner);
    out.emplace(std::move(result));
    co_return done;
  }(std::move(task), outcome));
  run_ready();
  EXPECT_TRUE(outcome.has_value());
  return *outcome;
}

struct Traced {
  std::vector<std::string>& trace;
  std::string name;
  ~Traced() { trace.push_back(name); }
};

Task<int> sum_of(Task<int> first, Task<int> second) {
  int left = co_await tried(std::move(first));
  int right = co_await tried(std::move(second));
  co_return left + right;
}

TEST(Task, YieldsItsValue) { EXPECT_EQ(*run(sum_of(number(1), number(2))), 3); }

TEST(Task, TriedEndsTheCoroutineWithTheError) {
  Result<int> result = run(sum_of(number(1), fails(ENOENT)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().number(), ENOENT);
}

TEST(Task, TriedEndsAChainOfParents) {
  Result<int> result = run(sum_of(sum_of(fails(EIO), number(1)), number(2)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().number(), EIO);
}

Task<int> traced(std::vector<std::string>& trace, std::string name, Task<int> inner) {
  Traced local{trace, name};
  int value = co_await tried(std::move(inner));
  co_return value;
}

TEST(Task, LocalsOfEndedParentsAreDestroyed) {
  std::vector<std::string> trace;
  Result<int> result = run(traced(trace, "outer", traced(trace, "inner", fails(EIO))));
  EXPECT_FALSE(result);
  EXPECT_EQ(trace.size(), 2U);
}

TEST(Task, AMillionReadyAwaitsUseNoStack) {
  auto loop = []() -> Task<int> {
    int total = 0;
    for (int count = 0; count < 1'000'000; ++count) {
      int one = co_await tried(number(1));
      total += one;
    }
    co_return total;
  };
  EXPECT_EQ(*run(loop()), 1'000'000);
}

Task<int> deep(int depth) {
  if (depth == 0) co_return 1;
  int below = co_await tried(deep(depth - 1));
  co_return below + 1;
}

TEST(Task, DepthUsesNoStackOfTheThread) { EXPECT_EQ(*run(deep(100'000)), 100'001); }

TEST(Task, TriedResultEndsTheCoroutine) {
  auto checks = [](Result<int> given) -> Task<int> {
    int value = co_await tried(std::move(given));
    co_return value + 1;
  };
  EXPECT_EQ(*run(checks(1)), 2);
  EXPECT_EQ(run(checks(failed(EPERM))).error().number(), EPERM);
}

TEST(TaskSet, CancelDestroysWhatWaits) {
  std::vector<std::string> trace;
  Event never;
  {
    TaskSet set;
    set.start([](std::vector<std::string>& out, Event& event) -> Task<> {
      Traced local{out, "gone"};
      co_await event.wait();
      out.push_back("resumed");
      co_return done;
    }(trace, never));
    EXPECT_EQ(set.running(), 1U);
  }
  never.set();
  run_ready();
  EXPECT_EQ(trace, std::vector<std::string>{"gone"});
}

TEST(Completion, EitherSideMayGoFirst) {
  Completion<int> early;
  early.complete(7);
  EXPECT_EQ(*run(early.wait()), 7);
  Completion<int> late;
  {
    TaskSet set;
    set.start([](Completion<int> value) -> Task<> {
      Result<int> result = co_await value.wait();
      EXPECT_TRUE(false) << "cancelled before the value came";
      static_cast<void>(result);
      co_return done;
    }(late));
  }
  late.complete(1);
  run_ready();
}

TEST(Mutex, IsFirstComeFirstServed) {
  Mutex mutex;
  std::vector<int> order;
  TaskSet set;
  auto use = [](Mutex& lock, std::vector<int>& out, int name, bool exclusive) -> Task<> {
    Task<Mutex::Guard> taking = exclusive ? lock.lock() : lock.lock_shared();
    Mutex::Guard guard = co_await tried(std::move(taking));
    out.push_back(name);
    co_await next_turn();
    out.push_back(-name);
    co_return done;
  };
  set.start(use(mutex, order, 1, true));
  set.start(use(mutex, order, 2, false));
  set.start(use(mutex, order, 3, false));
  set.start(use(mutex, order, 4, true));
  set.start(use(mutex, order, 5, false));
  run_ready();
  EXPECT_EQ(order, (std::vector<int>{1, -1, 2, 3, -2, -3, 4, -4, 5, -5}));
  EXPECT_TRUE(mutex.idle());
}

TEST(Mutex, ACancelledWaiterLetsTheNextOneIn) {
  Mutex mutex;
  std::vector<int> order;
  auto use = [](Mutex& lock, std::vector<int>& out, int name) -> Task<> {
    Mutex::Guard guard = co_await tried(lock.lock());
    out.push_back(name);
    co_return done;
  };
  Mutex::Guard held = mutex.try_lock();
  TaskSet second;
  {
    TaskSet first;
    first.start(use(mutex, order, 1));
    second.start(use(mutex, order, 2));
    held.release();  // grants it to the first, which dies before it runs
  }
  run_ready();
  EXPECT_EQ(order, std::vector<int>{2});
  EXPECT_TRUE(mutex.idle());
}

TEST(Join, AllAnswersInOrder) {
  std::vector<Task<int>> tasks;
  tasks.push_back(number(1));
  tasks.push_back(fails(EIO));
  tasks.push_back(number(3));
  auto results = *run(all(std::move(tasks)));
  EXPECT_EQ(*results[0], 1);
  EXPECT_EQ(results[1].error().number(), EIO);
  EXPECT_EQ(*results[2], 3);
}

TEST(Join, QuorumDoesNotWaitForTheRest) {
  Completion<int> never;
  std::vector<Task<int>> tasks;
  tasks.push_back(number(1));
  tasks.push_back(never.wait());
  tasks.push_back(number(3));
  Answers<int> answers = *run(quorum(std::move(tasks), 2));
  EXPECT_TRUE(answers[0] && answers[2]);
  EXPECT_FALSE(answers[1]);
}

TEST(FewAtOnce, BeginsTheNextAsSoonAsOneHasEnded) {
  std::vector<Completion<int>> waits(4);
  std::vector<std::size_t> begun;
  auto begin = [&](std::size_t at) {
    begun.push_back(at);
    return waits[at].wait();
  };
  std::vector<Result<int>> answers;
  TaskSet set;
  set.start([](auto make, std::vector<Result<int>>& out) -> Task<> {
    out = co_await tried(few_at_once(2, 4, std::move(make)));
    co_return done;
  }(begin, answers));
  run_ready();
  EXPECT_EQ(begun, (std::vector<std::size_t>{0, 1}));
  waits[1].complete(1);
  run_ready();
  EXPECT_EQ(begun, (std::vector<std::size_t>{0, 1, 2}));
  waits[2].complete(failed(EIO));
  waits[0].complete(0);
  run_ready();
  waits[3].complete(3);
  run_ready();
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(*answers[0], 0);
  EXPECT_EQ(*answers[1], 1);
  EXPECT_EQ(answers[2].error().number(), EIO);
  EXPECT_EQ(*answers[3], 3);
}

TEST(FewAtOnce, OfNoneThereIsNoAnswer) {
  EXPECT_TRUE(run(few_at_once(2, 0, [](std::size_t) { return number(1); }))->empty());
}

TEST(Gate, ClosingWaitsForTheLast) {
  Gate gate;
  std::vector<int> order;
  TaskSet set;
  Result<Gate::Pass> pass = gate.enter();
  set.start([](Gate& closing, std::vector<int>& out) -> Task<> {
    co_await closing.close();
    out.push_back(1);
    co_return done;
  }(gate, order));
  run_ready();
  EXPECT_TRUE(order.empty());
  EXPECT_EQ(gate.enter().error().number(), ESHUTDOWN);
  {
    Gate::Pass leaves = std::move(*pass);
  }
  run_ready();
  EXPECT_EQ(order, std::vector<int>{1});
}

}  // namespace
}  // namespace mortar
