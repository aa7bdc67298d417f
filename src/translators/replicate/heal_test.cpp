// Copies that missed something are made like the others.
#include <gmock/gmock.h>

#include "translators/cluster/as_root.h"
#include "translators/replicate/heal_test_support.h"
#include "translators/replicate/hidden_names.h"

namespace mortar::testing {
namespace {

using ::testing::IsEmpty;

const ClusterLab::Options granular = {{"granular-entry-heal", "on"},
                                      {"use-anonymous-inode", "yes"},
                                      {"volume-id", "2773bd05-0a09-43d7-bd2b-a055320ee485"}};

class ReplicateHeal : public ::testing::TestWithParam<bool>, protected Damaged {
 protected:
  ReplicateHeal() : Damaged(3, GetParam() ? granular : ClusterLab::Options{}) {}
};

INSTANTIATE_TEST_SUITE_P(WholeAndNoted, ReplicateHeal, ::testing::Bool());

TEST_P(ReplicateHeal, NothingIsToBeDoneWhereNothingWasMissed) {
  const Gfid f = file("f", "hello");
  lab.settle();
  EXPECT_EQ(heal(f).end, HealEnd::nothing_to_do);
  EXPECT_EQ(heal(root_gfid).end, HealEnd::nothing_to_do);
}

TEST_P(ReplicateHeal, ContentThatWasOverwrittenGrownAndCut) {
  const Gfid grown = file("grown", "hello");
  const Gfid cut = file("cut", "hello");
  without(1, [&] {
    EXPECT_TRUE(write(grown, 3, "long again"));
    EXPECT_TRUE(lab.client().ask(fop::Truncate{.gfid = cut, .size = 2, .xdata = {}}));
  });
  EXPECT_FALSE(lab.differences("grown").empty());
  EXPECT_EQ(heal(grown).end, HealEnd::healed);
  EXPECT_EQ(heal(cut).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("grown"), IsEmpty());
  EXPECT_THAT(lab.differences("cut"), IsEmpty());
  EXPECT_EQ(lab.content(1, "grown"), "hellong again");
}

TEST_P(ReplicateHeal, ALargeFileBlockByBlockWithItsHoles) {
  const Gfid f = file("f", "beginning");
  const std::string block(100'000, 'x');
  without(2, [&] {
    EXPECT_TRUE(write(f, 5'000'000, block));
    EXPECT_TRUE(write(f, 1'048'000, block));
  });
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.content(2, "f").size(), 5'100'000U);
}

TEST_P(ReplicateHeal, OwnerModeAndExtendedAttributes) {
  const Gfid f = file("f", "hello");
  fop::Setxattr set{.gfid = f, .flags = 0, .values = {}, .xdata = {}};
  set.values.set_bytes("user.gone", as_bytes("old"));
  ASSERT_TRUE(lab.client().ask(set));
  without(0, [&] {
    Iatt wanted;
    wanted.mode = 0640;
    wanted.uid = 7;
    wanted.gid = 8;
    const fop::Setattr attributes{
        .gfid = f, .iatt = wanted, .valid = set_attribute::mode | set_attribute::uid | set_attribute::gid, .xdata = {}};
    EXPECT_TRUE(lab.client().ask(attributes));
    EXPECT_TRUE(lab.client().ask(fop::Removexattr{.gfid = f, .name = "user.gone", .xdata = {}}));
    fop::Setxattr more{.gfid = f, .flags = 0, .values = {}, .xdata = {}};
    more.values.set_bytes("user.come", as_bytes("new"));
    EXPECT_TRUE(lab.client().ask(more));
  });
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.brick(0).status("f").mode & 07777, 0640U);
  EXPECT_EQ(lab.brick(0).xattr("f", "user.come"), "new");
  EXPECT_TRUE(lab.brick(0).xattr("f", "user.gone").starts_with("error"));
}

TEST_P(ReplicateHeal, NamesThatCameAndWent) {
  const Gfid d = directory("d");
  file("gone", "x", d);
  directory("gone-too", d);
  file("stays", "x", d);
  without(1, [&] {
    EXPECT_TRUE(lab.client().ask(fop::Unlink{.parent = d, .name = "gone", .xdata = {}}));
    EXPECT_TRUE(lab.client().rmdir(d, "gone-too"));
    file("new", "content of the new one", d);
    const Gfid inner = directory("inner", d);
    file("deep", "content of the deep one", inner);
    fop::Symlink link{.parent = d, .name = "link", .umask = 0, .target = "stays", .xdata = {}};
    link.xdata.set("gfid-req", Gfid::random({7}));
    EXPECT_TRUE(lab.client().ask(link));
  });
  const HealReport report = heal(d);
  EXPECT_EQ(report.end, HealEnd::healed) << report.reason;
  for (const std::string name : {"d", "d/stays", "d/new", "d/inner", "d/inner/deep", "d/link"}) {
    EXPECT_THAT(lab.differences(name), IsEmpty()) << name;
  }
  EXPECT_TRUE(lab.is_nowhere("d/gone"));
  EXPECT_TRUE(lab.is_nowhere("d/gone-too"));
}

TEST_P(ReplicateHeal, RenamesOfFilesAndDirectoriesBetweenDirectories) {
  const Gfid from = directory("from");
  const Gfid to = directory("to");
  file("f", "content", from);
  const Gfid moved = directory("moved", from);
  file("within", "content", moved);
  without(2, [&] {
    rename(from, "f", to, "g");
    rename(from, "moved", to, "new-name");
  });
  // The new place first, whose turn comes again.
  heal(to);
  EXPECT_EQ(heal(from).end, HealEnd::healed);
  const HealReport report = heal(to);
  EXPECT_TRUE(report.end == HealEnd::healed || report.end == HealEnd::nothing_to_do) << report.reason;
  for (const std::string name : {"from", "to", "to/g", "to/new-name", "to/new-name/within"}) {
    EXPECT_THAT(lab.differences(name), IsEmpty()) << name;
  }
  EXPECT_TRUE(lab.is_nowhere("from/f"));
  EXPECT_TRUE(lab.is_nowhere("from/moved"));
}

TEST_P(ReplicateHeal, WhatWasMovedOutOfADirectoryThatIsGone) {
  // Else it is made anew, once the brick has purged what was removed.
  if (!GetParam()) GTEST_SKIP() << "nothing is kept aside";
  const Gfid outer = directory("outer");
  const Gfid inner = directory("inner", outer);
  file("within", "content", inner);
  file("f", "content", outer);
  const std::uint64_t of_directory = lab.brick(1).status("outer/inner").inode;
  const std::uint64_t of_file = lab.brick(1).status("outer/f").inode;
  without(1, [&] {
    rename(outer, "inner", root_gfid, "moved");
    rename(outer, "f", root_gfid, "g");
    EXPECT_TRUE(lab.client().rmdir(root_gfid, "outer"));
  });
  EXPECT_EQ(heal(root_gfid).end, HealEnd::healed);
  EXPECT_EQ(lab.brick(1).status("moved").inode, of_directory);
  EXPECT_EQ(lab.brick(1).status("g").inode, of_file);
  EXPECT_EQ(lab.brick(1).status("g").links, lab.brick(0).status("g").links);
  for (const std::string name : {"moved", "moved/within", "g"}) {
    EXPECT_THAT(lab.differences(name), IsEmpty()) << name;
  }
  EXPECT_TRUE(lab.is_nowhere("outer"));
}

TEST_P(ReplicateHeal, ANameThatWasMadeAnewIsTheNewOne) {
  file("f", "old");
  without(0, [&] {
    EXPECT_TRUE(lab.client().ask(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}));
    file("f", "new one");
  });
  // Not the old one, though it is there.
  const Result<fop::Lookup::Reply> found = lab.client().lookup(root_gfid, "f");
  ASSERT_TRUE(found) << found.error().sentence();
  EXPECT_EQ(found->iatt.size, 7U);
  EXPECT_EQ(heal(root_gfid).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.content(0, "f"), "new one");
}

TEST_P(ReplicateHeal, WhatOneCopyOnlyHasThoughNobodyIsBlamedIsGivenToAll) {
  ClusterClient& other = lab.add_client();
  const Gfid d = directory("d");
  lab.settle();
  // As if the client had died when the first copy had made it.
  lab.on_message(
      [](std::size_t brick, std::string_view operation) { return brick != 0 && operation == "MKDIR" ? EIO : 0; });
  fop::Mkdir half{.parent = d, .mode = 0755, .name = "half", .xdata = {}};
  half.xdata.set("gfid-req", Gfid::random({8}));
  lab.client().begin(half);
  ASSERT_TRUE(lab.simulation().run_until([&] { return lab.brick(0).exists("d/half"); }));
  lab.client().die();
  lab.on_message({});
  ASSERT_TRUE(lab.brick(0).exists("d/half"));
  const Result<fop::Lookup::Reply> found = other.lookup(d, "half");
  ASSERT_TRUE(found) << found.error().sentence();
  lab.settle();
  EXPECT_TRUE(lab.brick(1).exists("d/half"));
  EXPECT_TRUE(lab.brick(2).exists("d/half"));
}

TEST_P(ReplicateHeal, AWriterDuringTheHealLosesNothing) {
  const std::string block(3'000'000, 'a');
  const Gfid f = file("f", "hello");
  without(1, [&] { EXPECT_TRUE(write(f, 0, block)); });
  ClusterClient& writer = lab.add_client();
  const Result<fop::Opened> opened = writer.ask(fop::Open{.gfid = f, .flags = open_flag::read_write, .xdata = {}});
  ASSERT_TRUE(opened);
  auto& replicate = static_cast<Replicate&>(lab.client().top());
  std::optional<Result<HealReport>> report;
  TaskSet healing;
  struct Run {
    static Task<> heal(Replicate& replicate, Gfid gfid, std::optional<Result<HealReport>>& report) {
      Result<HealReport> healed = co_await replicate.healer().heal(gfid);
      report.emplace(std::move(healed));
      co_return done;
    }
  };
  healing.start(Run::heal(replicate, f, report));
  for (int number = 0; !report; ++number) {
    const std::uint64_t offset = static_cast<std::uint64_t>(number) * 37'777 % block.size();
    ASSERT_TRUE(writer.ask(fop::Write{.gfid = f,
                                      .fd = opened->fd,
                                      .offset = offset,
                                      .size = 6,
                                      .xdata = {},
                                      .data = {Slice::copy(as_bytes("change"))}}));
  }
  ASSERT_TRUE(*report) << report->error().sentence();
  EXPECT_EQ((*report)->end, HealEnd::healed) << (*report)->reason;
  lab.settle();
  EXPECT_THAT(lab.differences("f"), IsEmpty());
}

TEST_P(ReplicateHeal, ASplitBrainIsSaidAndNothingIsChanged) {
  const Gfid f = file("f", "hello");
  lab.settle();
  const auto blames = [&](std::size_t by, std::size_t other) {
    const auto mark = replicate::Counts::of(replicate::Slot::data, 1).stored();
    lab.brick(by).set_xattr("f", fmt::format("trusted.afr.v-client-{}", other), std::string(as_text(Bytes(mark))));
  };
  for (std::size_t by = 0; by < 3; ++by) {
    for (std::size_t other = 0; other < 3; ++other) {
      if (by != other) blames(by, other);
    }
  }
  EXPECT_EQ(heal(f).end, HealEnd::split_brain);
  ClusterClient& other = lab.add_client();
  const Result<fop::Lookup::Reply> found = other.lookup(root_gfid, "f");
  ASSERT_TRUE(found);
  EXPECT_EQ(other.error_of(fop::Open{.gfid = f, .flags = 0, .xdata = {}}), EIO);
}

// Clients of others rename what is behind on a copy, and nobody notes the name that it has there by then.
TEST_P(ReplicateHeal, WhatACopyIsBlamedForComesBackThoughItsNameIsNotNoted) {
  const Gfid d = directory("d");
  Gfid f;
  without(1, [&] { f = file("f", "hello", d); });
  const auto nothing = replicate::Counts{}.stored();
  for (const std::size_t by : {0, 2}) {
    lab.brick(by).set_xattr("d", "trusted.afr.v-client-1", std::string(as_text(Bytes(nothing))));
  }
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("d/f"), IsEmpty());
  EXPECT_EQ(lab.content(1, "d/f"), "hello");
  EXPECT_EQ(heal(f).end, HealEnd::nothing_to_do);
}

// What releases before 3.6 wrote: who has seen a change begin blames everybody, itself as well. `counts`: by copy.
void let_all_blame_all(Damaged& damaged, const std::string& name, const std::vector<std::int32_t>& counts) {
  damaged.lab.settle();
  for (std::size_t copy = 0; copy < counts.size(); ++copy) {
    const auto stored = replicate::Counts::of(replicate::Slot::data, counts[copy]).stored();
    const std::string marks(as_text(Bytes(stored)));
    for (std::size_t other = 0; other < counts.size(); ++other) {
      damaged.lab.brick(copy).set_xattr(name, fmt::format("trusted.afr.v-client-{}", other), marks);
    }
  }
}

TEST(ReplicateHealOfTwo, WhereAllCopiesBlameThemselvesWhatThereIsOfTheChangeCounts) {
  Damaged damaged(2);
  const Gfid f = damaged.file("f", "abc");
  let_all_blame_all(damaged, "f", {2, 3});
  EXPECT_EQ(damaged.heal(f).end, replicate::HealEnd::healed);
  EXPECT_THAT(damaged.lab.differences("f"), IsEmpty());
}

TEST(ReplicateHealOfThree, WhereAllCopiesBlameThemselvesNobodyDecides) {
  Damaged damaged(3);
  const Gfid f = damaged.file("f", "abc");
  let_all_blame_all(damaged, "f", {2, 2, 2});
  EXPECT_EQ(damaged.heal(f).end, replicate::HealEnd::split_brain);
}

// A copy has a name that is gone, and lacks a new one.
struct BehindWithNames : Damaged {
  explicit BehindWithNames(std::size_t copies) : Damaged(copies) {
    file("gone", "x");
    without(0, [this] {
      EXPECT_TRUE(lab.client().ask(fop::Unlink{.parent = root_gfid, .name = "gone", .xdata = {}}));
      file("new", "y");
    });
    EXPECT_TRUE(lab.brick(0).exists("gone"));
    EXPECT_FALSE(lab.brick(0).exists("new"));
  }

  void look_them_up() {
    EXPECT_FALSE(lab.client().lookup(root_gfid, "gone"));
    EXPECT_TRUE(lab.client().lookup(root_gfid, "new"));
  }
};

// The name of before is in the directory that the change has locked itself.
TEST(ReplicateHealOfThree, ACopyThatCatchesUpWithARenameForTheNextOneHasOneName) {
  Damaged damaged(3);
  damaged.file("first", "x");
  damaged.without(0, [&] { damaged.rename(root_gfid, "first", root_gfid, "second"); });
  ASSERT_TRUE(damaged.lab.brick(0).exists("first"));
  damaged.rename(root_gfid, "second", root_gfid, "third");
  EXPECT_TRUE(damaged.lab.brick(0).exists("third"));
  EXPECT_FALSE(damaged.lab.brick(0).exists("first"));
  const Result<fop::Lookup::Reply> found = damaged.lab.client().lookup(root_gfid, "third");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->iatt.links, 1U);
}

// The same of a directory: it has the name of before still, which may be the next one.
TEST(ReplicateHealOfThree, ACopyThatCatchesUpWithARenameOfADirectoryTakesPartInTheNextOne) {
  for (const std::string next : {"first", "third"}) {
    Damaged damaged(3);
    const Gfid d = damaged.directory("first");
    damaged.without(0, [&] { damaged.rename(root_gfid, "first", root_gfid, "second"); });
    damaged.without(2, [&] { damaged.rename(root_gfid, "second", root_gfid, next); });
    for (const std::size_t copy : {0U, 1U}) {
      EXPECT_EQ(damaged.lab.brick(copy).xattr(next, "trusted.gfid"), as_text(Bytes(d.view())));
      for (const std::string name : {"first", "second"}) EXPECT_EQ(damaged.lab.brick(copy).exists(name), name == next);
    }
  }
}

// A write has come to one copy only, for certain. Who reads it while another is away is not to lose it again.
TEST(ReplicateHealOfThree, WhoIsAwayWhileItIsDecidedAboutAWriteWithoutAnEndHasMissedIt) {
  for (const char* arbiters : {"0", "1"}) {
    SCOPED_TRACE(arbiters);
    Damaged damaged(3, {{"arbiter-count", arbiters}});
    ReplicateLab& lab = damaged.lab;
    const Gfid f = damaged.file("f", "one");
    lab.settle();
    lab.on_message([](std::size_t brick, std::string_view operation) {
      return operation == "WRITE" && brick != 1 ? ENOTCONN : 0;
    });
    EXPECT_FALSE(damaged.write(f, 0, "two"));
    lab.on_message({});
    damaged.without(0, [&] { EXPECT_EQ(damaged.heal(f).end, replicate::HealEnd::healed); });
    EXPECT_EQ(damaged.heal(f).end, replicate::HealEnd::healed);
    for (const std::size_t copy : {0U, 1U}) EXPECT_EQ(lab.content(copy, "f"), "two");
    for (const std::size_t copy : {0U, 1U, 2U}) EXPECT_EQ(lab.dirty(copy, "f"), replicate::Counts());
  }
}

// The same of attributes, where the copy that was away was changed last by its clock.
TEST(ReplicateHealOfThree, WhoIsAwayWhileItIsDecidedAboutAttributesWithoutAnEndHasMissedThem) {
  for (const char* arbiters : {"0", "1"}) {
    SCOPED_TRACE(arbiters);
    Damaged damaged(3, {{"arbiter-count", arbiters}});
    ReplicateLab& lab = damaged.lab;
    const Gfid f = damaged.file("f", "one");
    lab.settle();
    lab.on_message([](std::size_t brick, std::string_view operation) {
      return operation == "SETATTR" && brick != 1 ? ENOTCONN : 0;
    });
    fop::Setattr chmod{.gfid = f, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
    chmod.iatt.mode = 0600;
    EXPECT_EQ(lab.client().error_of(chmod), ENOTCONN);
    lab.on_message({});
    damaged.without(0, [&] {
      EXPECT_EQ(damaged.heal(f).end, replicate::HealEnd::healed);
      fop::Setxattr later{.gfid = f, .flags = 0, .values = {}, .xdata = {}};
      const Times times{.accessed = {}, .modified = {}, .changed = {.seconds = 4'000'000'000, .nanoseconds = 0}};
      later.values.set("set-ctime-mdata", times);
      ASSERT_TRUE(lab.simulation().run(lab.brick(0).top().perform(as_root(Call{}), later)));
    });
    EXPECT_EQ(damaged.heal(f).end, replicate::HealEnd::healed);
    EXPECT_THAT(lab.differences("f"), IsEmpty());
    EXPECT_EQ(lab.brick(0).status("f").mode & 07777, 0600U);
  }
}

TEST(ReplicateHealOfTwo, WhoLooksUpANamePutsItRightOnACopyThatIsBehind) {
  BehindWithNames damaged(2);
  damaged.look_them_up();
  EXPECT_FALSE(damaged.lab.brick(0).exists("gone"));
  EXPECT_TRUE(damaged.lab.brick(0).exists("new"));
}

TEST(ReplicateHealOfThree, WhereAQuorumHasItWhoLooksUpANameLeavesItToTheHealer) {
  BehindWithNames damaged(3);
  damaged.look_them_up();
  EXPECT_TRUE(damaged.lab.brick(0).exists("gone"));
  EXPECT_FALSE(damaged.lab.brick(0).exists("new"));
}

TEST(ReplicateHealOfTwo, ACopyThatComesTakesPartThoughALockWasKeptWithoutIt) {
  Damaged damaged(2);
  damaged.file("gone", "x");
  damaged.lab.settle();
  damaged.lab.brick(0).go_away();
  EXPECT_TRUE(damaged.lab.client().ask(fop::Unlink{.parent = root_gfid, .name = "gone", .xdata = {}}));
  damaged.lab.brick(0).come_back();
  EXPECT_FALSE(damaged.lab.client().lookup(root_gfid, "gone"));
  EXPECT_FALSE(damaged.lab.brick(0).exists("gone"));
}

TEST(ReplicateHealOfTwo, NamesAreMergedWhereACopyBlamesItselfAndOthers) {
  Damaged damaged(2);
  const Gfid d = damaged.directory("d");
  damaged.without(0, [&] { damaged.file("one", "1", d); });
  damaged.without(1, [&] { damaged.file("two", "2", d); });
  const auto stored = replicate::Counts::of(replicate::Slot::entries, 1).stored();
  damaged.lab.brick(1).set_xattr("d", "trusted.afr.v-client-1", std::string(as_text(Bytes(stored))));
  EXPECT_EQ(damaged.heal(d).end, replicate::HealEnd::healed);
  for (const std::size_t copy : {0U, 1U}) {
    EXPECT_TRUE(damaged.lab.brick(copy).exists("d/one")) << copy;
    EXPECT_TRUE(damaged.lab.brick(copy).exists("d/two")) << copy;
  }
}

// Only the name is locked while it is made, so what is copied of its attributes may be of before.
TEST_P(ReplicateHeal, ASymlinkIsBlamedForItsAttributesBeforeItIsThere) {
  without(2, [&] {
    fop::Symlink symlink{.parent = root_gfid, .name = "l", .umask = 0, .target = "t", .xdata = {}};
    symlink.xdata.set("gfid-req", Gfid{.bytes = {7}});
    EXPECT_TRUE(lab.client().ask(symlink));
  });
  std::vector<std::int32_t> blame;
  lab.on_message([&](std::size_t brick, std::string_view operation) {
    if (brick == 2 && operation == "SYMLINK") blame.push_back(lab.missed(0, "l", 2)[replicate::Slot::metadata]);
    return 0;
  });
  EXPECT_EQ(heal(root_gfid).end, HealEnd::healed);
  EXPECT_EQ(blame, std::vector<std::int32_t>{1});
  EXPECT_THAT(lab.differences("l"), IsEmpty());
}

// A heal has kept it aside for a name that it may get, and all others have lost it since. Whoever knows it from another
// subvolume makes it anew.
class ADirectoryThatIsAside : public ::testing::Test, protected Damaged {
 protected:
  ADirectoryThatIsAside() : Damaged(3, granular) {}
  void SetUp() override {
    gone = directory("d");
    file("removed", "x", gone);
    file("moved", "content", gone);
    const Gfid inner = directory("inner", gone);
    file("removed", "x", inner);
    without(0, [&] { rename(root_gfid, "d", root_gfid, "e"); });
    // It loses the old name there, which is another's now.
    directory("d");
    without(0, [&] {
      EXPECT_TRUE(lab.client().ask(fop::Unlink{.parent = inner, .name = "removed", .xdata = {}}));
      EXPECT_TRUE(lab.client().rmdir(gone, "inner"));
      EXPECT_TRUE(lab.client().ask(fop::Unlink{.parent = gone, .name = "removed", .xdata = {}}));
      rename(gone, "moved", root_gfid, "moved");
      EXPECT_TRUE(lab.client().rmdir(root_gfid, "e"));
    });
    ASSERT_TRUE(lab.brick(0).exists(aside() + "/moved"));
    lab.brick(2).go_away();
  }
  std::string aside() const {
    const Gfid volume = *Gfid::parse("2773bd05-0a09-43d7-bd2b-a055320ee485");
    return replicate::anonymous_name(volume) + "/" + gone.text();
  }
  fop::Mkdir making_it_anew() const {
    fop::Mkdir mkdir{.parent = root_gfid, .mode = 0750, .name = "again", .xdata = {}};
    mkdir.xdata.set("gfid-req", gone);
    mkdir.xdata.set_bytes("glusterfs.internal-ctx", std::vector<std::byte>(32, std::byte{1}));
    return mkdir;
  }

  Gfid gone;
};

TEST_F(ADirectoryThatIsAside, IsMadeAnewWithNothingInIt) {
  const std::uint64_t moved = lab.brick(0).status(aside() + "/moved").inode;
  EXPECT_EQ(lab.client().error_of(making_it_anew()), 0);
  EXPECT_FALSE(lab.brick(0).exists(aside()));
  rename(root_gfid, "again", root_gfid, "once-more");
  lab.settle();
  lab.brick(2).come_back();
  for (const Gfid& gfid : {root_gfid, gone, root_gfid}) EXPECT_NE(heal(gfid).end, HealEnd::failed);
  for (const char* name : {"once-more", "moved"}) EXPECT_THAT(lab.differences(name), IsEmpty()) << name;
  EXPECT_TRUE(lab.is_nowhere("once-more/removed"));
  EXPECT_TRUE(lab.is_nowhere("once-more/inner"));
  EXPECT_EQ(lab.brick(0).status("moved").inode, moved);
}

// Somebody else has all of its names locked, and may wait for the one under which it is made.
TEST_F(ADirectoryThatIsAside, StaysWhereItIsLocked) {
  ClusterClient& other = lab.add_client();
  lab.settle();
  const fop::Entrylk lock{.gfid = gone,
                          .command = 0,
                          .type = static_cast<std::uint32_t>(LockType::write),
                          .name_given = 0,
                          .name = {},
                          .domain = "v-replicate-0",
                          .xdata = {}};
  Call call = other.user();
  call.lock_owner = "other";
  const Result<fop::Acknowledged> locked = lab.simulation().run(other.wire(0).perform(call, lock));
  ASSERT_TRUE(locked) << locked.error().sentence();
  EXPECT_NE(lab.client().error_of(making_it_anew()), 0);
  EXPECT_TRUE(lab.brick(0).exists(aside() + "/moved"));
  lab.settle();
  EXPECT_TRUE(lab.is_nowhere("again"));
  other.die();
  lab.brick(2).come_back();
}

}  // namespace
}  // namespace mortar::testing
