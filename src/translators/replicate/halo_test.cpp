#include "translators/replicate/halo.h"

#include <gtest/gtest.h>

#include <array>

namespace mortar::replicate {
namespace {

using namespace std::chrono_literals;

Copies set_of(std::initializer_list<Copy> list) {
  Copies copies;
  for (const Copy copy : list) copies.add(copy);
  return copies;
}

Quorum quorum_of(const char* type, std::size_t copies) { return Quorum::make(type, 1, copies).value(); }

Copies chosen(const HaloOptions& options, const char* quorum, const Distances& distances, Copies in_use = {}) {
  const std::size_t size = distances.size();
  return chosen_by_distance(options, quorum_of(quorum, size), Copies::first(size), distances, in_use);
}

TEST(ChosenByDistance, AllThatAreNear) {
  EXPECT_EQ(chosen({}, "none", {0, 5, 6, 3}), set_of({0, 1, 3}));
  EXPECT_EQ(chosen({}, "none", {0, 5, std::nullopt, 3}), set_of({0, 1, 3}));
}

TEST(ChosenByDistance, TheNearestOfThoseThatAreFarWhereTooFewAreNear) {
  EXPECT_EQ(chosen({}, "none", {80, 0, 40, 300}), set_of({1, 2}));
  EXPECT_EQ(chosen({.least_copies = 1}, "none", {80, 0, 40, 300}), set_of({1}));
  EXPECT_EQ(chosen({.least_copies = 3}, "none", {80, 0, 40, 300}), set_of({0, 1, 2}));
}

TEST(ChosenByDistance, NoMoreThanAreWanted) {
  EXPECT_EQ(chosen({.most_copies = 1}, "none", {3, 1, 2}), set_of({1}));
  EXPECT_EQ(chosen({.most_copies = 1}, "none", {30, 10, 20}), set_of({1}));
}

TEST(ChosenByDistance, AQuorumInAnyCase) {
  EXPECT_EQ(chosen({.most_copies = 1}, "auto", {3, 1, 2}), set_of({1, 2}));
  EXPECT_EQ(chosen({.least_copies = 1}, "auto", {50, 1, 60}), set_of({0, 1}));
  // Half of them with the first one.
  EXPECT_EQ(chosen({.most_copies = 1}, "auto", {50, 1}), set_of({0, 1}));
  EXPECT_EQ(chosen({.most_copies = 1}, "auto", {1, 50}), set_of({0}));
}

TEST(ChosenByDistance, OneThatHasDataInAnyCase) {
  const Distances distances{30, 20, 0};
  EXPECT_EQ(chosen_by_distance({.most_copies = 1}, quorum_of("none", 3), Copies::first(2), distances, {}),
            set_of({1, 2}));
}

TEST(ChosenByDistance, WhoIsInUseStays) {
  const HaloOptions one{.most_copies = 1};
  EXPECT_EQ(chosen(one, "none", {2, 3}, set_of({1})), set_of({1}));
  EXPECT_EQ(chosen(one, "none", {1, 4}, set_of({1})), set_of({0}));
  EXPECT_EQ(chosen(one, "none", {5, 6}, set_of({1})), set_of({0}));
  EXPECT_EQ(chosen(one, "none", {0, 0}, set_of({1})), set_of({1}));
}

TEST(ChosenByDistance, HealersUseAllThatTheyReach) {
  const HaloOptions healer{.most_copies = 1, .is_self_heal_daemon = true};
  EXPECT_EQ(chosen(healer, "none", {0, 900, 9000}), set_of({0, 1, 2}));
}

// Subvolumes that only say how far they are.
struct Far final : PassOn, Distant {
  explicit Far(std::string name) : PassOn(std::move(name)) {}
  void tell_distance(Told wanted) override { told = std::move(wanted); }
  void rest(bool is_resting) override { rests = is_resting; }
  bool is_on_this_machine() const override { return false; }
  Told told;
  bool rests = false;
};

struct ThreeCopies : ::testing::Test {
  ThreeCopies() {
    halo.set_options({.is_enabled = true, .least_copies = 1});
    std::vector<Translator*> children;
    for (Far& subvolume : subvolumes) children.push_back(&subvolume);
    halo.begin(children);
  }
  void comes(Copy copy, Duration distance) {
    subvolumes[copy].told(distance);
    if (!subvolumes[copy].rests) goes_up(copy);
  }
  void goes_up(Copy copy) {
    up.add(copy);
    halo.changed();
  }
  void goes_down(Copy copy) {
    up.remove(copy);
    halo.changed();
  }
  Copies resting() {
    Copies copies;
    for (Copy copy = 0; copy < subvolumes.size(); ++copy) {
      if (subvolumes[copy].rests) copies.add(copy);
    }
    return copies;
  }

  std::array<Far, 3> subvolumes{Far("a"), Far("b"), Far("c")};
  Copies up;
  Halo halo{[this] { return Halo::Set{.up = up, .with_data = Copies::first(3), .quorum = quorum_of("none", 3)}; }};
};

TEST_F(ThreeCopies, OneThatIsFarRestsBeforeItComes) {
  comes(0, 1ms);
  comes(1, 90ms);
  comes(2, 2ms);
  EXPECT_EQ(resting(), set_of({1}));
  EXPECT_EQ(up, set_of({0, 2}));
}

TEST_F(ThreeCopies, OneThatIsFarComesBeforeTheLastNearOneIsMissed) {
  comes(0, 1ms);
  comes(1, 90ms);
  comes(2, 60ms);
  EXPECT_EQ(resting(), set_of({1, 2}));
  goes_down(0);
  subvolumes[0].told(std::nullopt);
  EXPECT_EQ(resting(), set_of({1}));
  goes_up(2);
  EXPECT_EQ(resting(), set_of({1}));
  // Back, the near one is used first, and then the other one rests.
  subvolumes[0].told(1ms);
  EXPECT_EQ(resting(), set_of({1}));
  goes_up(0);
  EXPECT_EQ(resting(), set_of({1, 2}));
}

TEST_F(ThreeCopies, OneThatGetsNearIsUsed) {
  comes(0, 1ms);
  comes(1, 90ms);
  EXPECT_EQ(resting(), set_of({1}));
  subvolumes[1].told(5ms);
  EXPECT_EQ(resting(), Copies());
  goes_up(1);
  subvolumes[1].told(6ms);
  EXPECT_EQ(resting(), set_of({1}));
}

TEST_F(ThreeCopies, OneThatIsBackAndNoNearerRests) {
  halo.set_options({.is_enabled = true, .most_copies = 2});
  comes(0, 1ms);
  comes(1, 1ms);
  comes(2, 1ms);
  EXPECT_EQ(resting(), set_of({2}));
  goes_down(0);
  subvolumes[0].told(std::nullopt);
  goes_up(2);
  EXPECT_EQ(resting(), Copies());
  subvolumes[0].told(1ms);
  EXPECT_EQ(resting(), set_of({0}));
}

TEST_F(ThreeCopies, AllAreUsedWhereItIsSwitchedOff) {
  comes(0, 1ms);
  comes(1, 90ms);
  halo.set_options({});
  EXPECT_EQ(resting(), Copies());
  EXPECT_FALSE(subvolumes[0].told);
  halo.set_options({.is_enabled = true, .least_copies = 1});
  ASSERT_TRUE(subvolumes[0].told);
  goes_up(1);
  subvolumes[0].told(1ms);
  subvolumes[1].told(90ms);
  EXPECT_EQ(resting(), set_of({1}));
}

}  // namespace
}  // namespace mortar::replicate
