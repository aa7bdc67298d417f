// What a copy still has that has missed its removal, where one copy is enough.
#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

TEST(ReplicateWithoutQuorum, NothingIsMadeInADirectoryThatIsRemoved) {
  for (std::size_t away = 0; away < 2; ++away) {
    SCOPED_TRACE(away);
    ReplicateLab lab(2, {{"quorum-type", "none"}});
    const Result<fop::Made> directory = lab.client().mkdir(root_gfid, "d");
    const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
    ASSERT_TRUE(directory && file);
    const Gfid gfid = directory->iatt.gfid;
    lab.settle();
    lab.brick(away).go_away();
    ASSERT_TRUE(lab.client().rmdir(root_gfid, "d"));
    lab.settle();
    lab.brick(away).come_back();
    lab.settle();
    ASSERT_TRUE(lab.brick(away).exists("d"));
    EXPECT_EQ(lab.client().create(gfid, "new").error().number(), ESTALE);
    EXPECT_EQ(lab.client().mkdir(gfid, "new").error().number(), ESTALE);
    EXPECT_EQ(lab.client().error_of(fop::Link{.gfid = file->iatt.gfid, .new_parent = gfid, .new_name = "new"}),
              ESTALE);
    lab.settle();
    EXPECT_FALSE(lab.brick(away).exists("d/new"));
  }
}

TEST(ReplicateWithoutQuorum, NothingIsFoundInADirectoryThatIsRemoved) {
  for (std::size_t away = 0; away < 2; ++away) {
    SCOPED_TRACE(away);
    ReplicateLab lab(2, {{"quorum-type", "none"}});
    const Result<fop::Made> directory = lab.client().mkdir(root_gfid, "d");
    ASSERT_TRUE(directory);
    const Gfid gfid = directory->iatt.gfid;
    const Result<fop::Create::Reply> file = lab.client().create(gfid, "f");
    ASSERT_TRUE(file);
    lab.settle();
    lab.brick(away).go_away();
    ASSERT_EQ(lab.client().error_of(fop::Unlink{.parent = gfid, .name = "f", .xdata = {}}), 0);
    ASSERT_TRUE(lab.client().rmdir(root_gfid, "d"));
    lab.settle();
    lab.brick(away).come_back();
    lab.settle();
    ASSERT_TRUE(lab.brick(away).exists("d/f"));
    EXPECT_EQ(lab.client().lookup(gfid, "f").error().number(), ESTALE);
    EXPECT_EQ(lab.client().error_of(fop::Lookup{.gfid = gfid}), ESTALE);
    EXPECT_EQ(lab.client().error_of(fop::Stat{.gfid = gfid, .xdata = {}}), ESTALE);
    EXPECT_EQ(lab.client().error_of(fop::Lookup{.gfid = file->iatt.gfid}), ESTALE);
  }
}

// Bricks tell the names of a file in the order of their paths: the one that is just made comes first, or last.
class LinkWithoutQuorum : public ::testing::TestWithParam<std::tuple<std::size_t, std::string>> {
 protected:
  void SetUp() override {
    const Result<fop::Made> made = lab.client().mkdir(root_gfid, name);
    ASSERT_TRUE(made);
    directory = made->iatt.gfid;
    lab.settle();
  }
  int error_of_link() {
    return lab.client().error_of(fop::Link{.gfid = file, .new_parent = directory, .new_name = "g", .xdata = {}});
  }

  const std::size_t away = std::get<0>(GetParam());
  const std::string name = std::get<1>(GetParam());
  ReplicateLab lab{2, {{"quorum-type", "none"}}};
  Gfid directory, file;
};

TEST_P(LinkWithoutQuorum, WhatIsRemovedGetsNoNewNameFromACopyThatMissedIt) {
  file = lab.make_file("f");
  lab.brick(away).go_away();
  ASSERT_EQ(lab.client().error_of(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}), 0);
  lab.settle();
  lab.brick(away).come_back();
  lab.settle();
  ASSERT_TRUE(lab.brick(away).exists("f"));
  EXPECT_EQ(error_of_link(), ESTALE);
  EXPECT_TRUE(lab.is_nowhere(name + "/g"));
  EXPECT_TRUE(lab.client().rmdir(root_gfid, name));
}

TEST_P(LinkWithoutQuorum, WhatOneCopyLacksGetsANewName) {
  lab.brick(away).go_away();
  file = lab.make_file("f");
  lab.brick(away).come_back();
  lab.settle();
  ASSERT_FALSE(lab.brick(away).exists("f"));
  EXPECT_EQ(error_of_link(), 0);
  EXPECT_TRUE(lab.brick(1 - away).exists(name + "/g"));
  EXPECT_TRUE(lab.client().lookup(directory, "g"));
  EXPECT_EQ(lab.client().error_of(fop::Lookup{.gfid = file}), 0);
}

INSTANTIATE_TEST_SUITE_P(EachAway, LinkWithoutQuorum,
                         ::testing::Combine(::testing::Values(0, 1), ::testing::Values("d", "z")));

// One copy has missed that the file has lost its name, after it was opened.
class OpenFileWithoutQuorum : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    const Result<fop::Create::Reply> made = lab.client().create(root_gfid, "f");
    ASSERT_TRUE(made);
    gfid = made->iatt.gfid;
    fd = made->fd;
    lab.settle();
  }
  Result<fop::Changed> write(std::uint64_t offset, const std::string& data) {
    fop::Write write{.gfid = gfid, .fd = fd, .offset = offset, .size = static_cast<std::uint32_t>(data.size())};
    write.data.bytes = Slice::copy(data);
    return lab.client().ask(std::move(write));
  }
  void blame(const std::string& name, replicate::Slot slot) {
    const auto mark = replicate::Counts::of(slot, 1).stored();
    lab.brick(there).set_xattr(name, fmt::format("trusted.afr.v-client-{}", away), std::string(as_text(Bytes(mark))));
  }
  const fop::Unlink unlink{.parent = root_gfid, .name = "f", .xdata = {}};

  const std::size_t away = GetParam(), there = 1 - away;
  ReplicateLab lab{2, {{"quorum-type", "none"}}};
  Gfid gfid;
  Fd fd;
};

TEST_P(OpenFileWithoutQuorum, IsWrittenWhereItHasNoNameAnyMore) {
  lab.brick(away).go_away();
  ASSERT_TRUE(write(0, "hello"));
  ASSERT_EQ(lab.client().error_of(unlink), 0);
  lab.settle();
  lab.brick(away).come_back();
  lab.settle();
  ASSERT_TRUE(lab.brick(away).exists("f"));
  const Result<fop::Changed> written = write(5, " again");
  ASSERT_TRUE(written) << written.error().sentence();
  EXPECT_EQ(written->before.size, 5U);
  lab.settle();
  EXPECT_FALSE(lab.missed(away, "f", there).any());
  const Result<fop::Read::Reply> read = lab.client().ask(fop::Read{.gfid = gfid, .fd = fd, .size = 100});
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->data.bytes.text(), "hello again");
}

// Its attributes have been locked before, and are changed by its identity.
TEST_P(OpenFileWithoutQuorum, IsNotChangedWhereItIsFoundThoughItHasNoNameAnyMore) {
  fop::Setattr set{.gfid = gfid, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
  set.iatt.mode = 0600;
  blame("", replicate::Slot::entries);
  blame("f", replicate::Slot::metadata);
  ASSERT_EQ(lab.client().error_of(set), 0);
  ASSERT_TRUE(lab.simulation().run(lab.brick(there).top().perform(lab.client().user(), unlink)));
  EXPECT_EQ(lab.client().error_of(set), ESTALE);
  lab.settle();
  EXPECT_FALSE(lab.missed(away, "f", there).any());
  EXPECT_EQ(lab.client().error_of(fop::Fstat{.gfid = gfid, .fd = fd, .xdata = {}}), 0);
}

INSTANTIATE_TEST_SUITE_P(EachAway, OpenFileWithoutQuorum, ::testing::Values(0, 1));

// Whatever both copies have made in a directory while they did not know of each other stays.
TEST(ReplicateWithoutQuorum, WhatOneCopyLacksIsThereWhereEachIsBehindWithTheDirectory) {
  ReplicateLab lab(2, {{"quorum-type", "none"}});
  const Result<fop::Create::Reply> made = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(made);
  lab.settle();
  const auto mark = replicate::Counts::of(replicate::Slot::entries, 1).stored();
  for (std::size_t by = 0; by < 2; ++by) {
    lab.brick(by).set_xattr("", fmt::format("trusted.afr.v-client-{}", 1 - by), std::string(as_text(Bytes(mark))));
  }
  const fop::Unlink unlink{.parent = root_gfid, .name = "f", .xdata = {}};
  ASSERT_TRUE(lab.simulation().run(lab.brick(1).top().perform(lab.client().user(), unlink)));
  EXPECT_EQ(lab.client().error_of(fop::Lookup{.gfid = made->iatt.gfid}), 0);
  fop::Setattr set{.gfid = made->iatt.gfid, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
  set.iatt.mode = 0600;
  EXPECT_EQ(lab.client().error_of(set), 0);
}

}  // namespace
}  // namespace mortar::testing
