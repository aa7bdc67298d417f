// When locks and marks go that were kept for changes to come.
#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

using namespace std::chrono_literals;
using replicate::Counts;
using replicate::Slot;

class ReplicateSettling : public ::testing::Test {
 protected:
  ReplicateSettling()
      : settled_(*lab_.client().create(root_gfid, "f")), busy_(*lab_.client().create(root_gfid, "busy")) {
    EXPECT_TRUE(lab_.client().ask(write_of(settled_, 0, "text")));
  }

  // One change after the other for that long.
  void change_for(Duration duration) {
    const Instant end = lab_.simulation().now() + duration;
    while (lab_.simulation().now() < end) {
      EXPECT_TRUE(lab_.client().ask(write_of(busy_, 0, "text")));
      lab_.simulation().run_for(2ms);
    }
  }
  bool is_announced() { return lab_.dirty(0, "f") == Counts::of(Slot::data, 1); }

  ReplicateLab lab_;
  fop::Create::Reply settled_;
  fop::Create::Reply busy_;
};

TEST_F(ReplicateSettling, ComesASecondAfterTheLastChange) {
  lab_.simulation().run_for(900ms);
  EXPECT_TRUE(is_announced());
  lab_.simulation().run_for(500ms);
  EXPECT_FALSE(is_announced());
}

TEST_F(ReplicateSettling, AwaitsAPauseBetweenOtherChanges) {
  change_for(1600ms);
  EXPECT_TRUE(is_announced());
  lab_.simulation().run_for(50ms);
  EXPECT_FALSE(is_announced());
}

TEST_F(ReplicateSettling, DoesNotWaitForAPauseForLong) {
  change_for(2300ms);
  EXPECT_FALSE(is_announced());
}

}  // namespace
}  // namespace mortar::testing
