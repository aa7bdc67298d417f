// The only copy of the content of a file has missed that it got another name, and loses the one by which it has it.
#include <gmock/gmock.h>

#include "translators/replicate/heal_test_support.h"

namespace mortar::testing {
namespace {

using ::testing::IsEmpty;

// With an arbiter, or two copies of which one is enough.
class LastContent : public ::testing::TestWithParam<bool>, protected Damaged {
 protected:
  LastContent() : Damaged(GetParam() ? 3 : 2, options()) {}
  void SetUp() override {
    f = file("f", "one");
    const Result<fop::Opened> opened =
        lab.client().ask(fop::Open{.gfid = f, .flags = open_flag::read_write, .xdata = {}});
    ASSERT_TRUE(opened);
    fd = opened->fd;
  }
  void link() {
    EXPECT_EQ(lab.client().error_of(fop::Link{.gfid = f, .new_parent = root_gfid, .new_name = "g", .xdata = {}}), 0);
  }
  void write_again() {
    const Result<fop::Write::Reply> written = lab.client().ask(fop::Write{
        .gfid = f, .fd = fd, .offset = 0, .size = 3, .xdata = {}, .data = {Slice::copy(as_bytes("two"))}});
    EXPECT_TRUE(written) << written.error().sentence();
  }
  void close() { EXPECT_TRUE(lab.client().ask(fop::Release{.gfid = f, .fd = fd, .xdata = {}})); }
  int error_of_unlink() {
    const int error = lab.client().error_of(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}});
    lab.settle();
    return error;
  }
  void expect_content() {
    lab.settle();
    EXPECT_TRUE(lab.is_nowhere("f"));
    for (const Gfid& gfid : {root_gfid, f, root_gfid}) EXPECT_NE(heal(gfid).end, HealEnd::failed);
    for (const std::size_t copy : {0U, 1U}) {
      EXPECT_EQ(lab.content(copy, "g"), "two");
      // Its name, and its handle.
      EXPECT_EQ(lab.brick(copy).status("g").links, 2U);
    }
  }

  Gfid f;
  Fd fd;

 private:
  static ClusterLab::Options options() {
    ClusterLab::Options options{{"use-anonymous-inode", "yes"}, {"volume-id", "2773bd05-0a09-43d7-bd2b-a055320ee485"}};
    if (GetParam()) {
      options.emplace_back("arbiter-count", "1");
    } else {
      options.emplace_back("quorum-type", "none");
    }
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(ArbiterAndNoQuorum, LastContent, ::testing::Values(true, false));

TEST_P(LastContent, StaysWhereItWasWrittenAfterTheLink) {
  without(0, [&] { link(); });
  // The attributes only: the name is its directory's.
  heal(f);
  without(1, [&] { write_again(); });
  close();
  EXPECT_EQ(error_of_unlink(), 0);
  expect_content();
}

TEST_P(LastContent, StaysWhereItWasWrittenBeforeTheLink) {
  without(1, [&] { write_again(); });
  close();
  without(0, [&] { link(); });
  EXPECT_EQ(error_of_unlink(), 0);
  expect_content();
}

TEST_P(LastContent, StaysWhereAnotherFileGetsTheName) {
  file("other", "three");
  without(1, [&] { write_again(); });
  close();
  without(0, [&] { link(); });
  rename(root_gfid, "other", root_gfid, "f");
  rename(root_gfid, "f", root_gfid, "other");
  expect_content();
  EXPECT_THAT(lab.differences("other"), IsEmpty());
}

// Without another name it is to go.
TEST_P(LastContent, GoesWithTheLastName) {
  without(1, [&] { write_again(); });
  close();
  EXPECT_EQ(error_of_unlink(), 0);
  lab.settle();
  EXPECT_TRUE(lab.is_nowhere("f"));
  for (const std::size_t copy : {0U, 1U}) {
    EXPECT_FALSE(lab.brick(copy).exists(".glusterfs/" + f.text().substr(0, 2) + "/" + f.text().substr(2, 2) + "/" +
                                        f.text()));
  }
}

}  // namespace
}  // namespace mortar::testing
