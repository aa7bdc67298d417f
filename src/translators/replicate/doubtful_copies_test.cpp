// Copies of which nobody can say whether they are right.
#include <gtest/gtest.h>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

using replicate::Counts;
using replicate::Slot;

void blame(ReplicateLab& lab, std::size_t by, std::size_t other, const std::string& name, Slot slot) {
  const auto mark = Counts::of(slot, 1).stored();
  lab.brick(by).set_xattr(name, fmt::format("trusted.afr.v-client-{}", other), std::string(as_text(Bytes(mark))));
}

fop::Write write_of(const Gfid& gfid, const Fd& fd) {
  return {.gfid = gfid, .fd = fd, .offset = 0, .size = 5, .xdata = {}, .data = {Slice::copy(as_bytes("hello"))}};
}

// Of five bytes of an open file; nothing where they cannot be read.
std::optional<std::size_t> brick_that_is_read(ReplicateLab& lab, const fop::Create::Reply& file) {
  std::optional<std::size_t> read_from;
  lab.on_message([&](std::size_t brick, std::string_view operation) {
    if (operation == "READ") read_from = brick;
    return 0;
  });
  const fop::Read read{.gfid = file.iatt.gfid, .fd = file.fd, .offset = 0, .size = 5, .flags = 0, .xdata = {}};
  const Result<fop::Read::Reply> told = lab.client().ask(read);
  lab.on_message({});
  EXPECT_TRUE(told && told->op_ret == 5) << (told ? "too little" : told.error().sentence());
  EXPECT_TRUE(read_from) << "nobody was asked";
  return told ? read_from : std::nullopt;
}

// One copy has lost the name and the other has not, and the third is away, which may have seen the file changed before
// it went.
class DoubtfulCopies : public ::testing::Test {
 protected:
  void SetUp() override {
    const Result<fop::Create::Reply> made = lab.client().create(root_gfid, "f");
    ASSERT_TRUE(made);
    file = made->iatt.gfid;
    lab.settle();
    lab.brick(1).go_away();
    // Which copies may be read is remembered from now on.
    ASSERT_TRUE(lab.client().lookup(root_gfid, "f"));
    const fop::Unlink unlink{.parent = root_gfid, .name = "f", .xdata = {}};
    ASSERT_TRUE(lab.simulation().run(lab.brick(0).top().perform(lab.client().user(), unlink)));
  }
  int error_of_stat() { return lab.client().error_of(fop::Stat{.gfid = file, .xdata = {}}); }

  ReplicateLab lab;
  Gfid file;
};

TEST_F(DoubtfulCopies, AreNotReadWhereTheOtherMayHaveSeenTheFileRemoved) {
  blame(lab, 0, 2, "", Slot::entries);
  EXPECT_EQ(error_of_stat(), ESTALE);
  EXPECT_TRUE(lab.brick(2).exists("f"));
}

TEST_F(DoubtfulCopies, AreNotReadWhereBothMayBeBehindWithTheDirectory) {
  blame(lab, 0, 2, "", Slot::entries);
  blame(lab, 2, 0, "", Slot::entries);
  const Result<fop::Stat::Reply> told = lab.client().ask(fop::Stat{.gfid = file, .xdata = {}});
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().number(), ENOTCONN);
  EXPECT_EQ(told.error().sentence(),
            file.text() +
                ": those that have it (v-client-2) and those that lack it (v-client-0) say of each other that "
                "they miss names on the way to it; who may know does not answer: v-client-1");
}

// All answer, but who has lost the name was the last that is right in the content.
TEST_F(DoubtfulCopies, AreToBeHealedWhereAllAnswer) {
  lab.brick(1).come_back();
  lab.settle();
  for (const auto& [by, other] : {std::pair(1, 2), std::pair(2, 1)}) blame(lab, by, other, "f", Slot::data);
  for (const std::size_t holder : {1, 2}) {
    blame(lab, 0, holder, "", Slot::entries);
    blame(lab, holder, 0, "", Slot::entries);
  }
  const Result<fop::Stat::Reply> told = lab.client().ask(fop::Stat{.gfid = file, .xdata = {}});
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().number(), ENOTCONN);
  EXPECT_EQ(told.error().sentence(),
            file.text() +
                ": those that have it (v-client-1, v-client-2) and those that lack it (v-client-0) say of each "
                "other that they miss names on the way to it; wait for the heal, or start it: gluster volume "
                "heal NAME");
}

// A copy lacks it, and has got it by a heal before it is asked which of the others has seen it go: nobody is behind any
// more. `then`: what it says of the object from then on, if not what it has.
int error_of_what_a_heal_brings(int then) {
  ReplicateLab lab;
  const Result<fop::Made> made = lab.client().mkdir(root_gfid, "d");
  EXPECT_TRUE(made);
  if (!made) return 0;
  lab.settle();
  lab.brick(2).go_away();
  blame(lab, 1, 0, "", Slot::entries);
  bool is_healed = false;
  int asked_since = 0;
  lab.on_message([&](std::size_t brick, std::string_view operation) {
    if (operation == "GETXATTR" && !is_healed) {
      is_healed = true;
      lab.brick(1).remove_xattr("", "trusted.afr.v-client-0");
    }
    if (brick != 0 || operation != "LOOKUP") return 0;
    if (!is_healed) return ESTALE;
    // The first question is about the root.
    return ++asked_since == 1 ? 0 : then;
  });
  const int error = lab.client().error_of(fop::Lookup{.gfid = made->iatt.gfid});
  EXPECT_GE(asked_since, 2);
  return error;
}

TEST(ACopyThatLacksTheObject, HasNotSeenItRemovedWhereAHealBringsItMeanwhile) {
  EXPECT_EQ(error_of_what_a_heal_brings(0), 0);
}

TEST(ACopyThatLacksTheObject, HasSeenItRemovedWhereItStillLacksIt) {
  EXPECT_EQ(error_of_what_a_heal_brings(ESTALE), ESTALE);
}

TEST(ACopyThatLacksTheObject, MayHaveGotItWhereItGoesMeanwhile) {
  EXPECT_EQ(error_of_what_a_heal_brings(ENOTCONN), ENOTCONN);
}

// One copy has still to get it, and another is away: what is left cannot change it, and is not to say that the one that
// is away has missed that. It may be the only one that is right.
TEST(CopiesThatLackTheObject, DoNotHelpToBlameWhoIsAway) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> made = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(made);
  lab.settle();
  blame(lab, 0, 2, "", Slot::entries);
  blame(lab, 1, 2, "", Slot::entries);
  const fop::Unlink unlink{.parent = root_gfid, .name = "f", .xdata = {}};
  ASSERT_TRUE(lab.simulation().run(lab.brick(2).top().perform(lab.client().user(), unlink)));
  lab.brick(1).go_away();
  fop::Setattr set{.gfid = made->iatt.gfid, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
  set.iatt.mode = 0600;
  EXPECT_EQ(lab.client().error_of(set), ENOTCONN);
  EXPECT_FALSE(lab.missed(0, "f", 1).any());
}

// The copies agree on which of them is behind, whatever that one says of the others.
TEST(ADirectory, IsListedThoughACopyThatIsBehindBlamesTheOthers) {
  ReplicateLab lab;
  const Result<fop::Made> made = lab.client().mkdir(root_gfid, "d");
  ASSERT_TRUE(made);
  lab.settle();
  for (const std::size_t right : {1, 2}) {
    blame(lab, 0, right, "d", Slot::data);
    blame(lab, right, 0, "d", Slot::entries);
  }
  const fop::Readdir list{.gfid = made->iatt.gfid, .fd = {}, .offset = 0, .size = 4096, .xdata = {}};
  EXPECT_EQ(lab.client().error_of(list), 0);
}

// Two that are behind do not say of the third, which goes while it is told of a change, that it has missed that: then
// nobody would be right.
TEST(CopiesThatAreBehind, DoNotBlameWhoGoesBeforeTheChange) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> made = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(made);
  lab.settle();
  for (const std::size_t by : {0, 1}) blame(lab, by, 2, "f", Slot::data);
  for (const std::size_t by : {0, 2}) blame(lab, by, 1, "f", Slot::data);
  lab.on_message(
      [](std::size_t brick, std::string_view asked) { return brick == 0 && asked == "XATTROP" ? ENOTCONN : 0; });
  EXPECT_EQ(lab.client().error_of(write_of(made->iatt.gfid, made->fd)), ENOTCONN);
  lab.on_message({});
  for (const std::size_t by : {1, 2}) EXPECT_EQ(lab.missed(by, "f", 0), Counts{});
}

// The one copy that is right about a name goes before it can tell it: those that are behind do not know it either.
TEST(CopiesThatAreBehind, DoNotTellANameWhereWhoIsRightGoes) {
  ReplicateLab lab;
  ASSERT_TRUE(lab.client().create(root_gfid, "f"));
  lab.settle();
  blame(lab, 1, 2, "", Slot::entries);
  blame(lab, 2, 1, "", Slot::entries);
  for (const std::size_t other : {1, 2}) {
    blame(lab, 0, other, "", Slot::entries);
    const fop::Unlink unlink{.parent = root_gfid, .name = "f", .xdata = {}};
    ASSERT_TRUE(lab.simulation().run(lab.brick(other).top().perform(lab.client().user(), unlink)));
  }
  for (int lost = 1; lost < 8; ++lost) {
    SCOPED_TRACE(lost);
    int asked = 0;
    lab.on_message([&asked, lost](std::size_t brick, std::string_view operation) {
      return brick == 0 && operation == "LOOKUP" && ++asked == lost ? ENOTCONN : 0;
    });
    const Result<fop::Lookup::Reply> found = lab.client().lookup(root_gfid, "f");
    EXPECT_TRUE(found || found.error().number() != ENOENT);
    lab.on_message({});
    lab.settle();
  }
}

// A name that one copy lacks is told by the others, and the file as they know it now: somebody else may have changed it
// since it was remembered which of them are right.
TEST(ACopyThatHasMissedAChangeOfAttributes, IsNotHeardWhereAnotherLacksTheName) {
  ReplicateLab lab(3, {{"read-subvolume-index", "2"}});
  const Result<fop::Create::Reply> made = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(made);
  const Gfid file = made->iatt.gfid;
  lab.settle();
  lab.brick(1).go_away();
  ASSERT_TRUE(lab.client().ask(fop::Link{.gfid = file, .new_parent = root_gfid, .new_name = "g", .xdata = {}}));
  lab.settle();
  lab.brick(1).come_back();
  lab.settle();
  ASSERT_TRUE(lab.client().lookup(file));
  fop::Setattr set{.gfid = file, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
  set.iatt.mode = 0600;
  for (const std::size_t copy : {0, 1}) {
    ASSERT_TRUE(lab.simulation().run(lab.brick(copy).top().perform(lab.client().user(), set)));
    blame(lab, copy, 2, "f", Slot::metadata);
  }
  const Result<fop::Lookup::Reply> found = lab.client().lookup(root_gfid, "g");
  ASSERT_TRUE(found) << found.error().sentence();
  EXPECT_EQ(found->iatt.mode & 0777, 0600U);
}

// It finds nothing under the new name, as the others do, and is not like them for that.
TEST(ACopyThatLacksTheDirectory, IsNotHeardOfARenameIntoIt) {
  ReplicateLab lab(3, {{"read-subvolume-index", "1"}});
  const Result<fop::Made> outer = lab.client().mkdir(root_gfid, "outer");
  ASSERT_TRUE(outer);
  lab.settle();
  lab.brick(1).go_away();
  const Result<fop::Made> inner = lab.client().mkdir(outer->iatt.gfid, "inner");
  ASSERT_TRUE(inner);
  lab.settle();
  lab.brick(1).come_back();
  lab.settle();
  const fop::Rename into_itself{.old_parent = root_gfid,
                                .new_parent = inner->iatt.gfid,
                                .old_name = "outer",
                                .new_name = "circle",
                                .xdata = {}};
  EXPECT_EQ(lab.client().error_of(into_itself), EINVAL);
}

// No heal puts right what is said of a file without a name: what fewer than a quorum say of a copy is left of a change
// that came to no end.
TEST(DoubtfulCopiesOfAnOpenFile, OfAFileWithoutANameThoseAreReadThatNoQuorumBlames) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  const fop::Write write = write_of(file->iatt.gfid, file->fd);
  ASSERT_TRUE(lab.client().ask(write));
  lab.settle();
  blame(lab, 0, 1, "f", Slot::data);
  blame(lab, 2, 1, "f", Slot::data);
  blame(lab, 1, 0, "f", Slot::data);
  blame(lab, 1, 2, "f", Slot::data);
  ASSERT_TRUE(lab.client().ask(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}));
  lab.settle();
  const std::optional<std::size_t> read_from = brick_that_is_read(lab, *file);
  ASSERT_TRUE(read_from);
  EXPECT_NE(*read_from, 1U);
}

// Where one copy is enough, too.
TEST(DoubtfulCopiesOfAnOpenFile, OfAFileWithoutANameTheContentIsReadWhereTheOtherHasTheAttributes) {
  ReplicateLab lab(2, {{"quorum-type", "none"}, {"read-subvolume-index", "1"}});
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ASSERT_TRUE(lab.client().ask(write_of(file->iatt.gfid, file->fd)));
  lab.settle();
  blame(lab, 0, 1, "f", Slot::data);
  blame(lab, 1, 0, "f", Slot::metadata);
  ASSERT_TRUE(lab.client().ask(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}));
  lab.settle();
  EXPECT_EQ(brick_that_is_read(lab, *file), 0U);
}

// One copy is right in the attributes, the others in the content.
TEST(DoubtfulCopiesOfAnOpenFile, OfAFileWithoutANameThoseThatHaveTheContentAreReadAndTellHowMuchThereIs) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  const Gfid gfid = file->iatt.gfid;
  ASSERT_TRUE(lab.client().ask(write_of(gfid, file->fd)));
  lab.settle();
  const fop::Truncate cut{.gfid = gfid, .size = 0, .xdata = {}};
  ASSERT_TRUE(lab.simulation().run(lab.brick(0).top().perform(lab.client().user(), cut)));
  for (const std::size_t other : {1U, 2U}) {
    blame(lab, other, 0, "f", Slot::data);
    blame(lab, 0, other, "f", Slot::metadata);
  }
  ASSERT_TRUE(lab.client().ask(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}));
  lab.settle();
  const Result<fop::Changed> written = lab.client().ask(write_of(gfid, file->fd));
  ASSERT_TRUE(written) << written.error().sentence();
  EXPECT_EQ(written->before.size, 5U);
  const auto read = lab.client().ask(fop::Read{.gfid = gfid, .fd = file->fd, .size = 10});
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->data.bytes.size(), 5U);
}

// One copy was away, and one had still to get it.
TEST(AFileThatIsOpenOnOneCopy, IsOpenedOnThoseThatComeBeforeItLosesItsName) {
  ReplicateLab lab;
  ClusterClient& other = lab.add_client();
  lab.brick(0).go_away();
  const Result<fop::Create::Reply> made = other.create(root_gfid, "f");
  ASSERT_TRUE(made);
  const Gfid gfid = made->iatt.gfid;
  lab.settle();
  lab.brick(0).come_back();
  lab.brick(1).go_away();
  const Result<fop::Opened> opened =
      lab.client().ask(fop::Open{.gfid = gfid, .flags = open_flag::read_write, .xdata = {}});
  ASSERT_TRUE(opened) << opened.error().sentence();
  lab.brick(1).come_back();
  lab.settle();
  ASSERT_TRUE(other.ask(fop::Release{.gfid = gfid, .fd = made->fd, .xdata = {}}));
  ASSERT_TRUE(other.ask(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}));
  lab.settle();
  const Result<fop::Changed> written = lab.client().ask(write_of(gfid, opened->fd));
  EXPECT_TRUE(written) << written.error().sentence();
}

// It is marked by the descriptor, also where it was not open when the copy was away that is blamed now.
TEST(DoubtfulCopiesOfAnOpenFile, OfAFileWithoutANameEveryCopyThatIsChangedBlamesTheOneThatIsAway) {
  ReplicateLab lab(3, {{"read-subvolume-index", "0"}});
  ClusterClient& writer = lab.client();
  ClusterClient& reader = lab.add_client();
  const Result<fop::Create::Reply> made = reader.create(root_gfid, "f");
  ASSERT_TRUE(made);
  const Gfid gfid = made->iatt.gfid;
  lab.settle();
  ASSERT_TRUE(writer.lookup(root_gfid, "f"));
  lab.on_message([](std::size_t brick, std::string_view operation) {
    return operation == "OPEN" && brick != 0 ? ENOTCONN : 0;
  });
  const Result<fop::Opened> opened = writer.ask(fop::Open{.gfid = gfid, .flags = open_flag::read_write, .xdata = {}});
  ASSERT_TRUE(opened) << opened.error().sentence();
  lab.on_message(nullptr);
  ASSERT_TRUE(reader.ask(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}));
  lab.settle();
  lab.brick(0).go_away();
  const Result<fop::Changed> written = writer.ask(write_of(gfid, opened->fd));
  ASSERT_TRUE(written) << written.error().sentence();
  lab.settle();
  lab.brick(0).come_back();
  lab.settle();
  const fop::Read read{.gfid = gfid, .fd = made->fd, .offset = 0, .size = 5, .flags = 0, .xdata = {}};
  const Result<fop::Read::Reply> told = reader.ask(read);
  ASSERT_TRUE(told) << told.error().sentence();
  EXPECT_EQ(told->op_ret, 5);
}

}  // namespace
}  // namespace mortar::testing
