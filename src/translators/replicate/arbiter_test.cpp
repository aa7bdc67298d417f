// Two copies and one that has names and marks only.
#include <gmock/gmock.h>

#include "translators/replicate/heal_test_support.h"

namespace mortar::testing {
namespace {

using replicate::Counts;
using replicate::Slot;
using ::testing::IsEmpty;

class ReplicateArbiter : public ::testing::Test, protected Damaged {
 protected:
  ReplicateArbiter() : Damaged(3, {{"arbiter-count", "1"}}) {}
};

TEST_F(ReplicateArbiter, TakesPartInChangesOfNamesAndAttributesAndIsNotBlamed) {
  const Gfid d = directory("d");
  const Gfid f = file("f", "", d);
  std::vector<std::string> messages;
  lab.on_message([&messages](std::size_t brick, std::string_view operation) {
    if (brick == 2) messages.emplace_back(operation);
    return 0;
  });
  fop::Setattr chmod{.gfid = f, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
  chmod.iatt.mode = 0600;
  ASSERT_TRUE(lab.client().ask(chmod));
  // As on the others: nothing is brought level there first.
  EXPECT_EQ(std::ranges::count(messages, "SETATTR"), 1);
  lab.on_message({});
  lab.settle();
  EXPECT_THAT(lab.differences("d"), IsEmpty());
  EXPECT_THAT(lab.differences("d/f"), IsEmpty());
  const Gfid g = file("g", "hello");
  ASSERT_FALSE(g.is_null());
  lab.settle();
  for (const std::size_t copy : {0U, 1U}) EXPECT_EQ(lab.missed(copy, "g", 2), Counts());
}

TEST_F(ReplicateArbiter, DoesNotBlameTheLastCopyOfTheContent) {
  const Gfid f = file("f", "one");
  lab.settle();
  lab.brick(0).go_away();
  ASSERT_TRUE(write(f, 0, "two"));
  // Before what was written is on its disk.
  lab.brick(1).go_away();
  lab.settle();
  lab.brick(0).come_back();
  lab.brick(1).come_back();
  lab.settle();
  EXPECT_EQ(lab.missed(2, "f", 1), Counts());
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_EQ(lab.content(0, "f"), "two");
}

TEST_F(ReplicateArbiter, KeepsNoMarkOfAChangeThatIsHealed) {
  const Gfid f = file("f", "one");
  lab.settle();
  const auto stored = Counts::of(Slot::data, 1).stored();
  lab.brick(2).set_xattr("f", replicate::dirty_key, std::string(as_text(Bytes(stored))));
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_EQ(lab.dirty(2, "f"), Counts());
}

}  // namespace
}  // namespace mortar::testing
