#include "translators/replicate/known_names.h"

#include <map>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

using namespace std::chrono_literals;
using replicate::KnownNames;

TEST(KnownNames, OnlyWhatIsCompleteSaysThatANameIsNowhere) {
  KnownNames names;
  names.may_be_there({"mine"});
  EXPECT_FALSE(names.makes_listing_due());
  EXPECT_FALSE(names.lacks("other"));
  EXPECT_TRUE(names.makes_listing_due());
  EXPECT_FALSE(names.makes_listing_due());
  names.learn({"there"});
  EXPECT_TRUE(names.lacks("other"));
  EXPECT_FALSE(names.lacks("there"));
  EXPECT_FALSE(names.lacks("mine"));
  names.is_gone("mine");
  EXPECT_TRUE(names.lacks("mine"));
}

TEST(KnownNames, TooManyAreForgotten) {
  KnownNames names;
  names.learn({"there"});
  std::vector<std::string> many;
  for (std::size_t number = 0; number <= KnownNames::most; ++number) many.push_back(std::to_string(number));
  names.may_be_there(many);
  EXPECT_FALSE(names.lacks("other"));
}

class LookupUnderLock : public ::testing::Test {
 protected:
  LookupUnderLock() {
    lab_.client().mkdir(root_gfid, "one");
    lab_.client().mkdir(root_gfid, "two");
    lab_.simulation().run_for(10ms);
  }
  // By the client that has the directory locked.
  int error_of_lookup(const std::string& name) {
    return lab_.client().error_of(fop::Lookup{.parent = root_gfid, .name = name});
  }
  void count_in(std::size_t& messages) {
    lab_.on_message([&messages](std::size_t, std::string_view) {
      ++messages;
      return 0;
    });
  }
  ReplicateLab lab_;
};

TEST_F(LookupUnderLock, ANameThatIsNowhereIsNotAskedFor) {
  std::size_t messages = 0;
  count_in(messages);
  EXPECT_EQ(error_of_lookup("none"), ENOENT);
  EXPECT_EQ(messages, 0U);
  EXPECT_TRUE(lab_.client().lookup(root_gfid, "one"));
  lab_.simulation().run_for(replicate::Volume::locks_are_certain_for);
  messages = 0;
  EXPECT_EQ(error_of_lookup("none"), ENOENT);
  EXPECT_EQ(messages, 3U);
}

// Whatever they change says that they have lost no lock.
TEST_F(LookupUnderLock, ANameThatIsNowhereIsNotAskedForWhileTheCopiesChangeOtherThings) {
  lab_.bricks_know_sequences = true;
  const Gfid two = lab_.client().lookup(root_gfid, "two")->iatt.gfid;
  lab_.simulation().run_for(replicate::Volume::locks_are_certain_for * 4 / 5);
  ASSERT_TRUE(lab_.client().mkdir(two, "other"));
  lab_.simulation().run_for(replicate::Volume::locks_are_certain_for * 4 / 5);
  std::size_t messages = 0;
  count_in(messages);
  EXPECT_EQ(error_of_lookup("none"), ENOENT);
  EXPECT_EQ(messages, 0U);
}

TEST_F(LookupUnderLock, ANameThatWasTakenAwayIsNotAskedFor) {
  const fop::Rename rename{
      .old_parent = root_gfid, .new_parent = root_gfid, .old_name = "one", .new_name = "three", .xdata = {}};
  ASSERT_TRUE(lab_.client().ask(rename));
  ASSERT_TRUE(lab_.client().ask(fop::Rmdir{.parent = root_gfid, .name = "two", .xdata = {}}));
  std::size_t messages = 0;
  count_in(messages);
  EXPECT_EQ(error_of_lookup("one"), ENOENT);
  EXPECT_EQ(error_of_lookup("two"), ENOENT);
  EXPECT_EQ(messages, 0U);
  EXPECT_TRUE(lab_.client().lookup(root_gfid, "three"));
  ASSERT_TRUE(lab_.client().mkdir(root_gfid, "one"));
  EXPECT_TRUE(lab_.client().lookup(root_gfid, "one"));
  lab_.on_message(nullptr);
}

// rename(2) does nothing then.
TEST_F(LookupUnderLock, OfTwoNamesOfOneFileBothStay) {
  const Result<fop::Create::Reply> made = lab_.client().create(root_gfid, "f");
  ASSERT_TRUE(made);
  ASSERT_TRUE(lab_.client().ask(
      fop::Link{.gfid = made->iatt.gfid, .new_parent = root_gfid, .new_name = "g", .xdata = {}}));
  const fop::Rename rename{
      .old_parent = root_gfid, .new_parent = root_gfid, .old_name = "f", .new_name = "g", .xdata = {}};
  ASSERT_TRUE(lab_.client().ask(rename));
  EXPECT_TRUE(lab_.client().lookup(root_gfid, "f"));
  EXPECT_TRUE(lab_.client().lookup(root_gfid, "g"));
}

TEST_F(LookupUnderLock, ANameByAnotherClientIsFound) {
  ClusterClient& other = lab_.add_client();
  ASSERT_TRUE(other.mkdir(root_gfid, "three"));
  EXPECT_TRUE(lab_.client().lookup(root_gfid, "three"));
  ASSERT_TRUE(lab_.client().mkdir(root_gfid, "four"));
  ASSERT_TRUE(lab_.client().mkdir(root_gfid, "five"));
  ASSERT_TRUE(other.mkdir(root_gfid, "six"));
  EXPECT_TRUE(lab_.client().lookup(root_gfid, "six"));
}

// Made by one client that fills what it makes.
class NewDirectory : public LookupUnderLock {
 protected:
  NewDirectory() {
    lab_.bricks_know_sequences = true;
    const Gfid filled = lab_.client().mkdir(root_gfid, "filled")->iatt.gfid;
    lab_.client().mkdir(filled, "with this");
    lab_.on_message([this](std::size_t, std::string_view operation) {
      ++messages_[std::string(operation)];
      return 0;
    });
    made_ = lab_.client().mkdir(root_gfid, "made")->iatt.gfid;
  }
  // Locks are given back when the clients go.
  ~NewDirectory() override { lab_.on_message({}); }
  std::map<std::string, std::size_t> messages_;
  Gfid made_;
};

TEST_F(NewDirectory, IsLockedWhenItIsMade) {
  EXPECT_EQ(messages_["ENTRYLK"], 3U);
  messages_.clear();
  EXPECT_EQ(lab_.client().error_of(fop::Lookup{.parent = made_, .name = "none"}), ENOENT);
  ASSERT_TRUE(lab_.client().mkdir(made_, "inner"));
  EXPECT_EQ(messages_["LOOKUP"], 0U);
  EXPECT_EQ(messages_["MKDIR"], 3U);
}

TEST_F(NewDirectory, IsFilledByOthersAsWell) {
  ClusterClient& other = lab_.add_client();
  lab_.simulation().run_for(1s);
  ASSERT_TRUE(other.mkdir(made_, "theirs"));
  EXPECT_TRUE(lab_.client().lookup(made_, "theirs"));
}

TEST_F(NewDirectory, IsLockedNoMoreWhereNoneIsFilled) {
  for (int number = 0; number < 8; ++number) {
    lab_.client().mkdir(root_gfid, "left alone " + std::to_string(number));
    lab_.simulation().run_for(5s);
  }
  messages_.clear();
  lab_.client().mkdir(root_gfid, "one more");
  EXPECT_EQ(messages_["ENTRYLK"], 3U) << "of the root";
}

TEST_F(NewDirectory, ThatIsNotMadeIsNotLocked) {
  messages_.clear();
  const Result<fop::Made> again = lab_.client().mkdir(root_gfid, "made");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().number(), EEXIST);
  lab_.simulation().run_for(1ms);
  EXPECT_EQ(messages_["ENTRYLK"], 6U) << "taken, and given back at once";
}

}  // namespace
}  // namespace mortar::testing
