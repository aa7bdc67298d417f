// What the copies that are right refuse has not happened, whatever another one has done of it.
#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

using replicate::Counts;
using replicate::Slot;

// The third copy does what it is asked for, and goes before it can say so; the others refuse it.
class RefusedByTwo : public ::testing::Test {
 protected:
  template <class Operation>
  int error_where_one_does_it(Operation operation, const std::function<bool()>& is_done) {
    lab.on_message([](std::size_t brick, std::string_view asked) {
      return brick != 2 && asked == Operation::name_of_operation ? ENOSPC : 0;
    });
    const auto reply = lab.client().begin(std::move(operation));
    EXPECT_TRUE(lab.simulation().run_until(is_done));
    lab.brick(2).go_away();
    EXPECT_TRUE(lab.simulation().run_until([&] { return reply->has_value(); }));
    lab.on_message({});
    lab.settle();
    return **reply ? 0 : (*reply)->error().number();
  }

  ReplicateLab lab;
};

TEST_F(RefusedByTwo, ANameThatACopyHasMadeAndGoneIsNotThere) {
  fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = "d", .xdata = {}};
  mkdir.xdata.set("gfid-req", fixed_gfid(100));
  EXPECT_EQ(error_where_one_does_it(mkdir, [this] { return lab.brick(2).exists("d"); }), ENOSPC);
  for (const std::size_t copy : {0, 1}) EXPECT_EQ(lab.missed(copy, "", 2), Counts::of(Slot::entries, 1));
  lab.brick(2).come_back();
  EXPECT_EQ(lab.client().lookup(root_gfid, "d").error().number(), ENOENT);
}

TEST_F(RefusedByTwo, AModeThatACopyHasSetAndGoneIsNotSeen) {
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d", 0755));
  lab.settle();
  const Result<fop::Lookup::Reply> found = lab.client().lookup(root_gfid, "d");
  ASSERT_TRUE(found);
  fop::Setattr set{.gfid = found->iatt.gfid, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
  set.iatt.mode = 0700;
  EXPECT_EQ(error_where_one_does_it(set, [this] { return (lab.brick(2).status("d").mode & 0777) == 0700; }), ENOSPC);
  for (const std::size_t copy : {0, 1}) EXPECT_EQ(lab.missed(copy, "d", 2)[Slot::metadata], 1);
  lab.brick(2).come_back();
  const Result<fop::Lookup::Reply> again = lab.client().lookup(root_gfid, "d");
  ASSERT_TRUE(again) << again.error().sentence();
  EXPECT_EQ(again->iatt.mode & 0777, 0755U);
}

// Nothing was written that could be lost with a copy: the others do not blame it, which may be the last one that is
// right in the names of that directory.
TEST(RefusedByAll, ACopyThatIsLostThenHasMissedNothing) {
  ReplicateLab lab;
  lab.bricks_know_sequences = true;
  // So many that bricks sync their whole disk, and say of no one what is wrong with it.
  const std::vector<std::string> names{"a", "b", "c", "d", "e"};
  for (const std::string& name : names) {
    const Result<fop::Made> made = lab.client().mkdir(root_gfid, name, 0755);
    ASSERT_TRUE(made);
    EXPECT_EQ(lab.client().error_of(fop::Truncate{.gfid = made->iatt.gfid, .size = 0, .xdata = {}}), EISDIR);
  }
  lab.brick(2).go_away();
  lab.settle();
  for (const std::string& name : names) {
    for (const std::size_t copy : {0, 1}) {
      EXPECT_EQ(lab.missed(copy, name, 2), Counts{});
      EXPECT_EQ(lab.dirty(copy, name), Counts{});
    }
  }
  lab.brick(2).come_back();
}

}  // namespace
}  // namespace mortar::testing
