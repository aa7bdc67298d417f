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

// A directory is removed while somebody waits for its lock: a copy that has missed that, and what became of the names
// before it, is not heard of what is there.
TEST(RefusedByAll, WhoHasMissedThatTheDirectoryIsRemovedDoesNotSayWhy) {
  ReplicateLab lab(3, {{"read-subvolume-index", "2"}});
  ClusterClient& other = lab.add_client();
  const Result<fop::Made> made = lab.client().mkdir(root_gfid, "d");
  ASSERT_TRUE(made);
  const Gfid directory = made->iatt.gfid;
  ASSERT_TRUE(lab.client().mkdir(directory, "f"));
  lab.settle();
  lab.brick(2).go_away();
  ASSERT_TRUE(lab.client().rmdir(directory, "f"));
  lab.settle();
  lab.brick(2).come_back();
  lab.settle();
  std::shared_ptr<std::optional<Result<fop::Made>>> again;
  lab.on_message([&](std::size_t, std::string_view operation) {
    if (operation == "RMDIR" && again == nullptr) {
      fop::Mkdir mkdir{.parent = directory, .mode = 0755, .name = "f", .xdata = {}};
      mkdir.xdata.set("gfid-req", fixed_gfid(100));
      again = other.begin(std::move(mkdir));
    }
    return 0;
  });
  ASSERT_TRUE(lab.client().rmdir(root_gfid, "d"));
  lab.settle();
  ASSERT_TRUE(again != nullptr && again->has_value());
  ASSERT_FALSE((*again)->has_value());
  EXPECT_EQ((**again).error().number(), ESTALE);
}

}  // namespace
}  // namespace mortar::testing
