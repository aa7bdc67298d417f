#include "linearizable.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace mortar::sim {
namespace {

using Requires = RegisterEvent::Requires;

RegisterValue value(std::uint8_t number) { return fixed_gfid(number); }
RegisterEvent write(Tick begin, Tick end, std::uint8_t number) {
  return {.begin = begin, .end = end, .leaves = {value(number)}};
}
RegisterEvent read(Tick begin, Tick end, std::uint8_t number) {
  return {.begin = begin, .end = end, .requires_ = Requires::value, .required = value(number)};
}
RegisterEvent uncertain(RegisterEvent event) {
  event.is_certain = false;
  return event;
}
bool is_possible(std::vector<RegisterEvent> events) { return !first_impossible(std::move(events), value(0)); }

TEST(Linearizable, SeesStaleAndLostValues) {
  EXPECT_TRUE(is_possible({write(1, 2, 1), read(3, 4, 1)}));
  EXPECT_FALSE(is_possible({write(1, 2, 1), read(3, 4, 0)}));
  EXPECT_FALSE(is_possible({write(1, 2, 1), write(3, 4, 2), read(5, 6, 1)}));
  EXPECT_FALSE(is_possible({read(1, 2, 1)}));
  // While it is written both may be seen, but not the new value before the old one.
  EXPECT_TRUE(is_possible({write(1, 6, 1), read(2, 3, 0), read(4, 5, 1)}));
  EXPECT_FALSE(is_possible({write(1, 6, 1), read(2, 3, 1), read(4, 5, 0)}));
  EXPECT_EQ(first_impossible({write(1, 2, 1), read(3, 4, 0)}, value(0)), 1U);
}

TEST(Linearizable, OneOfTwoMakesAName) {
  const auto create = [](Tick begin, Tick end, std::uint8_t number) {
    return RegisterEvent{.begin = begin, .end = end, .requires_ = Requires::vacant, .leaves = {value(number)}};
  };
  const RegisterEvent remove{.begin = 3, .end = 4, .requires_ = Requires::something, .leaves = {value(0)}};
  EXPECT_FALSE(is_possible({create(1, 3, 1), create(2, 4, 2)}));
  EXPECT_TRUE(is_possible({create(1, 9, 1), remove, create(2, 8, 2)}));
}

TEST(Linearizable, SomethingElseIsThereAtAMomentMeanwhile) {
  const auto another = [](Tick begin, Tick end) {
    return RegisterEvent{.begin = begin, .end = end, .requires_ = Requires::another, .required = value(1)};
  };
  EXPECT_TRUE(is_possible({another(1, 2), write(3, 4, 1)}));
  EXPECT_TRUE(is_possible({write(1, 2, 1), write(3, 6, 0), another(4, 5)}));
  EXPECT_TRUE(is_possible({write(1, 2, 1), uncertain(write(3, 4, 2)), another(5, 6)}));
  EXPECT_FALSE(is_possible({write(1, 2, 1), another(3, 4), write(5, 6, 0)}));
  EXPECT_FALSE(is_possible({write(1, 2, 1), uncertain(write(3, 4, 2)), another(5, 6), read(7, 8, 1)}));
}

TEST(Linearizable, NothingIsMadeInWhatWasRemoved) {
  const RegisterEvent death{.begin = 3, .end = 6, .requires_ = Requires::nothing, .leaves = {dead}};
  const auto create = [](Tick begin, Tick end) {
    return RegisterEvent{.begin = begin, .end = end, .requires_ = Requires::vacant, .leaves = {value(1)}};
  };
  const RegisterEvent unlink{.begin = 4, .end = 5, .requires_ = Requires::something, .leaves = {value(0)}};
  const RegisterEvent absent{.begin = 7, .end = 8, .requires_ = Requires::nothing};
  EXPECT_TRUE(is_possible({death, absent}));
  EXPECT_TRUE(is_possible({create(1, 5), unlink, death, absent}));
  EXPECT_FALSE(is_possible({death, create(7, 8)}));
  EXPECT_FALSE(is_possible({create(1, 2), death}));
}

TEST(Linearizable, WhatNobodyHeardOfMayHaveHappenedLater) {
  EXPECT_TRUE(is_possible({uncertain(write(1, never, 1)), read(2, 3, 0), read(4, 5, 1)}));
  EXPECT_TRUE(is_possible({uncertain(write(1, never, 1)), read(2, 3, 0), read(4, 5, 0)}));
  EXPECT_FALSE(is_possible({uncertain(write(1, never, 1)), read(2, 3, 1), read(4, 5, 0)}));
  EXPECT_FALSE(is_possible({uncertain(write(1, 4, 1)), read(5, 6, 0), read(7, 8, 1)}));
  EXPECT_TRUE(is_possible({uncertain(write(1, 4, 1)), read(5, 6, 1)}));
}

TEST(Linearizable, ACrashBringsBackOneOfWhatWas) {
  RegisterEvent crash{.begin = 5, .end = 6, .leaves = {value(0), value(1)}};
  crash.is_choice = true;
  for (const std::uint8_t seen : std::initializer_list<std::uint8_t>{0, 1, 2}) {
    EXPECT_TRUE(is_possible({write(1, 2, 1), write(3, 4, 2), crash, read(7, 8, seen)}));
  }
  EXPECT_FALSE(is_possible({write(1, 2, 1), write(3, 4, 2), crash, read(7, 8, 3)}));
  EXPECT_FALSE(is_possible({write(1, 2, 1), write(3, 4, 2), crash, read(7, 8, 1), read(9, 10, 2)}));
}

TEST(Linearizable, PossibleValuesAreThoseNotSurelyOverwritten) {
  const std::vector<RegisterEvent> events{write(1, 2, 1), write(3, 4, 2), uncertain(write(5, 6, 3))};
  EXPECT_EQ(possible_values(events, value(0), 4, 9), (std::vector{value(1), value(2), value(3)}));
  EXPECT_EQ(possible_values(events, value(0), 0, 2), (std::vector{value(0), value(1)}));
  EXPECT_EQ(possible_values(events, value(0), 9, 9), (std::vector{value(2), value(3)}));
}

// A register that is a register: whatever its users do at the same time, what they see is possible, and one value that
// was never there is not.
TEST(Linearizable, AgreesWithARealRegister) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    RegisterValue now = value(0);
    std::vector<RegisterEvent> events;
    std::vector<RegisterEvent> running(4);
    Tick tick = 0;
    std::uint8_t written = 0;
    for (int step = 0; step < 60; ++step) {
      RegisterEvent& event = running[random.below(running.size())];
      const bool is_read = random.chance(0.6);
      event = {.begin = ++tick};
      tick += random.below(3);
      // What happens between its begin and its end: everybody else's turn comes in between.
      if (is_read) {
        event.requires_ = Requires::value;
        event.required = now;
      } else {
        event.leaves = {value(++written)};
        now = event.leaves.front();
      }
      event.end = ++tick + random.below(6);
      events.push_back(event);
    }
    EXPECT_TRUE(is_possible(events)) << seed;
    RegisterEvent& wrong = events[random.below(events.size())];
    wrong.requires_ = Requires::value;
    wrong.required = value(200);
    EXPECT_FALSE(is_possible(events)) << seed;
  }
}

}  // namespace
}  // namespace mortar::sim
