// What lies on a brick without identity: a crash left it, or somebody put it there.
#include <gmock/gmock.h>

#include "translators/replicate/heal_test_support.h"

namespace mortar::testing {
namespace {

using ::testing::IsEmpty;

constexpr const char* identity = "trusted.gfid";

struct Unidentified : Damaged {
  using Damaged::Damaged;

  // As the simulated clock goes: nobody is just making it.
  void let_it_age() { lab.simulation().run_for(std::chrono::seconds(2)); }
  void take_identity(std::size_t copy, const std::string& name, const Gfid& gfid) {
    lab.settle();
    lab.brick(copy).remove_xattr(name, identity);
    const std::string text = gfid.text();
    const std::string handle = fmt::format(".glusterfs/{}/{}/{}", text.substr(0, 2), text.substr(2, 2), text);
    EXPECT_TRUE(lab.brick(copy).disk().unlink(FileSystem::no_directory, lab.brick(copy).path(handle)));
    let_it_age();
  }
  void put_directory(std::size_t copy, const std::string& name) {
    EXPECT_TRUE(lab.brick(copy).disk().make_directory(FileSystem::no_directory, lab.brick(copy).path(name), 0755));
  }
  Result<fop::Lookup::Reply> look(ClusterClient& client, const std::string& name, const Gfid& proposed) {
    fop::Lookup lookup{.gfid = {}, .parent = root_gfid, .name = name, .xdata = {}};
    lookup.xdata.set("gfid-req", proposed);
    return client.ask(lookup);
  }
  bool has_identity(std::size_t copy, const std::string& name) {
    return !lab.brick(copy).xattr(name, identity).starts_with("error");
  }
};

class ReplicateIdentity : public ::testing::TestWithParam<std::size_t>, protected Unidentified {
 protected:
  ReplicateIdentity() : Unidentified(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(TwoAndThreeCopies, ReplicateIdentity, ::testing::Values(2, 3));

TEST_P(ReplicateIdentity, WhatLostItGetsThatOfTheOtherCopies) {
  const Gfid f = file("f", "hello");
  take_identity(1, "f", f);
  const Result<fop::Lookup::Reply> found = look(lab.add_client(), "f", Gfid::random({7}));
  ASSERT_TRUE(found) << found.error().sentence();
  EXPECT_EQ(found->iatt.gfid, f);
  EXPECT_TRUE(has_identity(1, "f"));
  lab.settle();
  EXPECT_THAT(lab.differences("f"), IsEmpty());
}

TEST_P(ReplicateIdentity, TheHealOfADirectoryGivesIt) {
  const Gfid f = file("f", "hello");
  take_identity(1, "f", f);
  without(1, [&] { file("g", "other"); });
  const HealReport report = heal(root_gfid);
  EXPECT_EQ(report.end, HealEnd::healed) << report.reason;
  lab.settle();
  // With the content of the others, whatever it had.
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_THAT(lab.differences("g"), IsEmpty());
}

TEST_P(ReplicateIdentity, AllCopiesGetTheOneThatTheClientHasInMind) {
  put_directory(0, "d");
  put_directory(1, "d");
  let_it_age();
  const Gfid proposed = Gfid::random({7});
  const Result<fop::Lookup::Reply> found = look(lab.client(), "d", proposed);
  ASSERT_TRUE(found) << found.error().sentence();
  EXPECT_EQ(found->iatt.gfid, proposed);
  lab.settle();
  EXPECT_THAT(lab.differences("d"), IsEmpty());
}

TEST_P(ReplicateIdentity, WhoHasNoneInMindIsToldThatThereIsNone) {
  for (std::size_t copy = 0; copy < lab.bricks(); ++copy) put_directory(copy, "d");
  let_it_age();
  const fop::Lookup lookup{.gfid = {}, .parent = root_gfid, .name = "d", .xdata = {}};
  EXPECT_EQ(lab.client().error_of(lookup), ENODATA);
  ASSERT_TRUE(look(lab.client(), "d", Gfid::random({7})));
}

TEST_P(ReplicateIdentity, NoneIsMadeUpWhileACopyIsAway) {
  put_directory(0, "d");
  let_it_age();
  lab.brick(1).go_away();
  EXPECT_FALSE(look(lab.client(), "d", Gfid::random({7})));
  EXPECT_FALSE(has_identity(0, "d"));
  lab.brick(1).come_back();
  lab.settle();
  EXPECT_TRUE(look(lab.client(), "d", Gfid::random({8})));
  EXPECT_TRUE(has_identity(1, "d"));
}

// One copy has a directory without identity where the others have a file.
struct OfAnotherType : Unidentified {
  explicit OfAnotherType(std::size_t copies) : Unidentified(copies), f(file("f", "hello")) {
    take_identity(1, "f", f);
    EXPECT_TRUE(lab.brick(1).disk().unlink(FileSystem::no_directory, lab.brick(1).path("f")));
    put_directory(1, "f");
    let_it_age();
  }

  const Gfid f;
};

TEST(ReplicateIdentityOfTwo, SomethingOfAnotherTypeIsLeftAlone) {
  OfAnotherType damaged(2);
  EXPECT_FALSE(damaged.look(damaged.lab.add_client(), "f", Gfid::random({7})));
  EXPECT_FALSE(damaged.has_identity(1, "f"));
  EXPECT_TRUE(damaged.lab.brick(1).disk().remove_directory(FileSystem::no_directory, damaged.lab.brick(1).path("f")));
}

TEST(ReplicateIdentityOfThree, SomethingOfAnotherTypeGivesWayToTheMajority) {
  OfAnotherType damaged(3);
  const Result<fop::Lookup::Reply> found = damaged.look(damaged.lab.add_client(), "f", Gfid::random({7}));
  ASSERT_TRUE(found) << found.error().sentence();
  EXPECT_EQ(found->iatt.gfid, damaged.f);
  damaged.lab.settle();
  EXPECT_THAT(damaged.lab.differences("f"), IsEmpty());
}

}  // namespace
}  // namespace mortar::testing
