// A directory in which one client makes names all the time, and others wait for it.
#include <gtest/gtest.h>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

using namespace std::chrono_literals;

class NamesBesideOthers : public ::testing::Test {
 protected:
  fop::Mkdir numbered() {
    const std::string name = "n" + std::to_string(next_++);
    fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = name};
    mkdir.xdata.set_bytes("gfid-req", lab_.client().world().random_gfid().view());
    return mkdir;
  }
  // How long another client waits, while the first one goes on.
  Duration time_of_other() {
    ClusterClient& other = lab_.add_client();
    lab_.simulation().run_for(100ms);
    EXPECT_TRUE(lab_.client().ask(numbered()));
    const Instant begun = lab_.simulation().now();
    const auto made = other.begin(numbered());
    while (!*made && lab_.simulation().now() - begun < 10s) EXPECT_TRUE(lab_.client().ask(numbered()));
    EXPECT_TRUE(*made && **made);
    return lab_.simulation().now() - begun;
  }

  ReplicateLab lab_;
  int next_ = 0;
};

TEST_F(NamesBesideOthers, OthersGetTheDirectoryWhereBricksTellOfThem) { EXPECT_LT(time_of_other(), 100ms); }

// As bricks of GlusterFS 10.3 do not.
TEST_F(NamesBesideOthers, OthersGetTheDirectoryWhereBricksDoNot) {
  lab_.bricks_tell_who_waits_for_names = false;
  EXPECT_LT(time_of_other(), 500ms);
}

// Whoever waited once is not to wait again for each name.
TEST_F(NamesBesideOthers, OneThatHadToWaitLocksByTheName) {
  lab_.bricks_tell_who_waits_for_names = false;
  time_of_other();
  for (int number = 0; number < 5; ++number) EXPECT_TRUE(lab_.client().ask(numbered()));
  EXPECT_LT(time_of_other(), 100ms);
}

// Healers come for it, and cannot make themselves heard either.
TEST_F(NamesBesideOthers, ADirectoryThatACopyIsBehindWithIsLockedByTheName) {
  lab_.bricks_tell_who_waits_for_names = false;
  lab_.brick(2).go_away();
  EXPECT_TRUE(lab_.client().ask(numbered()));
  lab_.settle();
  lab_.brick(2).come_back();
  EXPECT_LT(time_of_other(), 100ms);
}

}  // namespace
}  // namespace mortar::testing
