// Copies that are changed together: with all there, with one away, with too few.
#include <gmock/gmock.h>

#include "translators/replicate/replicate_test_support.h"
#include "wire/own_keys.h"

namespace mortar::testing {
namespace {

using replicate::Counts;
using replicate::Slot;
using ::testing::IsEmpty;

fop::Read read_of(const fop::Create::Reply& file, std::uint32_t size = 4096) {
  return {.gfid = file.iatt.gfid, .fd = file.fd, .size = size, .xdata = {}};
}

TEST(Replicate, WhatIsMadeAndWrittenIsOnAllCopiesAndBlamesNobody) {
  ReplicateLab lab;
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file) << file.error().sentence();
  const Result<fop::Changed> written = lab.client().ask(write_of(*file, 0, "hello"));
  ASSERT_TRUE(written) << written.error().sentence();
  EXPECT_EQ(written->op_ret, 5);
  EXPECT_EQ(written->after.size, 5U);
  lab.settle();
  EXPECT_THAT(lab.differences("d"), IsEmpty());
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.content(2, "f"), "hello");
}

Result<fop::Readdirp::Reply> list_root(ClusterClient& client) {
  Result<fop::Opened> opened = client.ask(fop::Opendir{.gfid = root_gfid, .xdata = {}});
  if (!opened) return std::unexpected(opened.error());
  return client.ask(fop::Readdirp{.gfid = root_gfid, .fd = opened->fd, .size = 4096, .xdata = {}});
}

TEST(Replicate, AListingTellsAttributesOfObjectsThatWereNeverLookedUp) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello")));
  lab.settle();
  const Result<fop::Readdirp::Reply> listed = list_root(lab.add_client());
  ASSERT_TRUE(listed) << listed.error().sentence();
  const auto found = std::ranges::find(listed->entries.elements, "f", &EntryPlus::name);
  ASSERT_NE(found, listed->entries.elements.end());
  EXPECT_EQ(found->iatt.size, 5U);
}

TEST(Replicate, AListingTellsNoAttributesWhileItsCopyLacksAnything) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  lab.settle();
  lab.brick(0).go_away();
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello")));
  lab.settle();
  lab.brick(0).come_back();
  const Result<fop::Readdirp::Reply> listed = list_root(lab.add_client({{"read-subvolume-index", "0"}}));
  ASSERT_TRUE(listed) << listed.error().sentence();
  const auto found = std::ranges::find(listed->entries.elements, "f", &EntryPlus::name);
  ASSERT_NE(found, listed->entries.elements.end());
  EXPECT_TRUE(found->iatt.gfid.is_null());
}

TEST(Replicate, AMarkSaysThatAWriteIsUnderWayUntilTheLockGoes) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello")));
  for (std::size_t copy = 0; copy < 3; ++copy) EXPECT_EQ(lab.dirty(copy, "f"), Counts::of(Slot::data, 1));
  lab.settle();
  for (std::size_t copy = 0; copy < 3; ++copy) EXPECT_EQ(lab.dirty(copy, "f"), Counts{});
}

TEST(Replicate, MarksAreNeitherSeenNorChangedByUsers) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello")));
  ASSERT_EQ(lab.dirty(0, "f"), Counts::of(Slot::data, 1));
  const Gfid gfid = file->iatt.gfid;
  const Result<fop::Values> all = lab.client().ask(fop::Getxattr{.gfid = gfid, .xdata = {}});
  ASSERT_TRUE(all);
  EXPECT_FALSE(all->values.has(replicate::dirty_key));
  for (const std::string key : {"trusted.afr.dirty", "trusted.afr.v-client-1", "trusted.afr.another"}) {
    EXPECT_EQ(lab.client().error_of(fop::Getxattr{.gfid = gfid, .name_given = 1, .name = key, .xdata = {}}), ENODATA);
    EXPECT_EQ(
        lab.client().error_of(fop::Fgetxattr{.gfid = gfid, .fd = file->fd, .name_given = 1, .name = key, .xdata = {}}),
        ENODATA);
    fop::Setxattr set{.gfid = gfid, .flags = 0, .values = {}, .xdata = {}};
    set.values.set_bytes(key, Counts::of(Slot::data, 1).stored());
    EXPECT_EQ(lab.client().error_of(set), EPERM);
    EXPECT_EQ(lab.client().error_of(fop::Removexattr{.gfid = gfid, .name = key, .xdata = {}}), EPERM);
  }
  lab.settle();
  EXPECT_THAT(lab.differences("f"), IsEmpty());
}

TEST(Replicate, ADirectoryIsRemovedAsItIsKnownOrAsItIs) {
  std::vector<std::string> messages;
  ReplicateLab lab;
  lab.bricks_know_sequences = true;
  ClusterClient& other = lab.add_client();
  const fop::Rmdir rmdir{.parent = root_gfid, .name = "d", .xdata = {}};
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  lab.on_message([&messages](std::size_t brick, std::string_view operation) {
    if (brick == 0) messages.emplace_back(operation);
    return 0;
  });
  EXPECT_EQ(lab.client().error_of(rmdir), 0);
  EXPECT_EQ(messages, (std::vector<std::string>{"ENTRYLK", "LOOKUP", "RMDIR"})) << "of the one that was made";
  lab.on_message({});

  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  EXPECT_EQ(other.error_of(rmdir), 0);
  EXPECT_EQ(lab.client().error_of(rmdir), ENOENT);

  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  EXPECT_EQ(other.error_of(rmdir), 0);
  const Result<fop::Made> another = other.mkdir(root_gfid, "d");
  ASSERT_TRUE(another);
  ASSERT_TRUE(other.create(another->iatt.gfid, "f"));
  EXPECT_EQ(lab.client().error_of(rmdir), ENOTEMPTY);
  EXPECT_EQ(other.error_of(fop::Unlink{.parent = another->iatt.gfid, .name = "f", .xdata = {}}), 0);
  EXPECT_EQ(lab.client().error_of(rmdir), 0);

  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  EXPECT_EQ(other.error_of(rmdir), 0);
  ASSERT_TRUE(other.create(root_gfid, "d"));
  EXPECT_EQ(lab.client().error_of(rmdir), ENOTDIR);
  lab.settle();
  EXPECT_THAT(lab.differences("d"), IsEmpty());
}

TEST(Replicate, AttributesOfNewFilesAreLockedWithThemWhereTheyAreChangedNext) {
  using Texts = std::vector<std::string>;
  Texts messages;
  ReplicateLab lab;
  lab.on_message([&messages](std::size_t brick, std::string_view operation) {
    if (brick == 0) messages.emplace_back(operation);
    return 0;
  });
  const auto made = [&](const std::string& name) {
    const Result<fop::Create::Reply> file = lab.client().create(root_gfid, name);
    EXPECT_TRUE(file);
    return std::pair(file->iatt.gfid, std::exchange(messages, {}));
  };
  const auto changed = [&](ClusterClient& client, const Gfid& gfid, std::uint32_t mode) {
    fop::Setattr chmod{.gfid = gfid, .iatt = {}, .valid = set_attribute::mode, .xdata = {}};
    chmod.iatt.mode = mode;
    EXPECT_EQ(client.error_of(chmod), 0);
    return std::exchange(messages, {});
  };
  made("first");
  const auto [second, of_second] = made("second");
  EXPECT_EQ(of_second, (Texts{"CREATE", "INODELK", "XATTROP"}));
  EXPECT_EQ(changed(lab.client(), second, 0600), (Texts{"INODELK", "SETATTR", "LOOKUP"}));
  const auto [third, of_third] = made("third");
  EXPECT_EQ(of_third, (Texts{"CREATE", "INODELK", "INODELK", "XATTROP"}));
  EXPECT_EQ(changed(lab.client(), third, 0600), Texts{"SETATTR"});
  // Others get them.
  const auto [fourth, of_fourth] = made("fourth");
  EXPECT_EQ(of_fourth.size(), 4U);
  changed(lab.add_client(), fourth, 0640);
  changed(lab.client(), fourth, 0600);
  lab.settle();
  for (const char* name : {"second", "third", "fourth"}) EXPECT_THAT(lab.differences(name), IsEmpty());
  for (int number = 0; number < 8; ++number) {
    made(fmt::format("left alone {}", number));
    lab.settle();
  }
  messages.clear();
  const auto [last, of_last] = made("last");
  EXPECT_EQ(std::ranges::count(of_last, "INODELK"), 1) << "no longer where nobody changes them";
}

TEST(Replicate, AWriteUnderAKeptLockIsOneMessageToEachCopy) {
  std::vector<std::string> messages;
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  lab.on_message([&messages](std::size_t brick, std::string_view operation) {
    if (brick == 0) messages.emplace_back(operation);
    return 0;
  });
  // It was locked and marked when it was made.
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "one")));
  EXPECT_EQ(messages, (std::vector<std::string>{"WRITE"}));
  messages.clear();
  lab.settle();
  // Beside the lock of the directory that the file was made in.
  EXPECT_EQ(messages, (std::vector<std::string>{"ENTRYLK", "FSYNC", "XATTROP", "INODELK"}));
  messages.clear();
  ASSERT_TRUE(lab.client().ask(write_of(*file, 3, "two")));
  EXPECT_EQ(messages, (std::vector<std::string>{"INODELK", "XATTROP", "WRITE"}));
  messages.clear();
  ASSERT_TRUE(lab.client().ask(write_of(*file, 6, "three")));
  EXPECT_EQ(messages, (std::vector<std::string>{"WRITE"}));
}

TEST(Replicate, AFileThatIsNotWrittenIsNotAnnouncedForLong) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  EXPECT_EQ(lab.dirty(0, "f"), Counts::of(Slot::data, 1));
  ASSERT_TRUE(lab.client().ask(fop::Release{.gfid = file->iatt.gfid, .fd = file->fd, .xdata = {}}));
  lab.simulation().run_for(std::chrono::milliseconds(100));
  EXPECT_EQ(lab.dirty(0, "f"), Counts());
}

TEST(Replicate, AnIdentityThatIsInUseIsNotMadeAgain) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "one")));
  fop::Create again{.parent = root_gfid, .flags = open_flag::write_only, .mode = 0644, .name = "g"};
  again.xdata.set("gfid-req", file->iatt.gfid);
  EXPECT_FALSE(lab.client().ask(again));
  ASSERT_TRUE(lab.client().ask(write_of(*file, 3, "two")));
  // Neither marks nor locks stay.
  lab.settle();
  EXPECT_EQ(lab.dirty(0, "f"), Counts());
  EXPECT_EQ(lab.content(0, "f"), "onetwo");
}

TEST(Replicate, NamesUnderAKeptLockAreOneMessageToEachCopy) {
  std::vector<std::string> messages;
  ReplicateLab lab;
  // By these it learns that the bricks here have no times in common.
  for (const char* name : {"before", "and", "once more"}) ASSERT_TRUE(lab.client().mkdir(root_gfid, name));
  lab.settle();
  lab.on_message([&messages](std::size_t brick, std::string_view operation) {
    if (brick == 0) messages.emplace_back(operation);
    return 0;
  });
  ASSERT_TRUE(lab.client().create(root_gfid, "f"));
  // Beside the first change it is asked who has been blamed before the lock.
  EXPECT_EQ(messages, (std::vector<std::string>{"ENTRYLK", "CREATE", "LOOKUP", "INODELK", "XATTROP"}));
  messages.clear();
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  ASSERT_TRUE(lab.client().ask(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}));
  EXPECT_EQ(messages, (std::vector<std::string>{"MKDIR", "UNLINK"}));
}

TEST(Replicate, ACopyThatIsAwayIsBlamedBeforeAnythingIsChanged) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  lab.settle();
  lab.brick(1).go_away();
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello")));
  ASSERT_TRUE(lab.client().create(root_gfid, "g"));
  lab.settle();
  for (const std::size_t copy : {0, 2}) {
    EXPECT_EQ(lab.missed(copy, "f", 1), Counts::of(Slot::data, 1));
    EXPECT_EQ(lab.missed(copy, "", 1), Counts::of(Slot::entries, 1));
    Counts all = Counts::of(Slot::data, 1);
    all[Slot::metadata] = 1;
    EXPECT_EQ(lab.missed(copy, "g", 1), all);
    EXPECT_FALSE(lab.dirty(copy, "f").any());
    EXPECT_FALSE(lab.dirty(copy, "").any());
  }
  EXPECT_FALSE(lab.brick(1).exists("g"));
}

TEST(Replicate, AFileThatIsThereAndIsOnlyOpenedBlamesNobodyForIt) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  lab.settle();
  lab.brick(1).go_away();
  const Result<fop::Create::Reply> opened = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(opened) << opened.error().sentence();
  EXPECT_EQ(opened->iatt.gfid, file->iatt.gfid);
  lab.settle();
  for (const std::size_t copy : {0, 2}) EXPECT_FALSE(lab.missed(copy, "f", 1).any());
}

// The one that is right is away, and both others have missed some name.
TEST(Replicate, CopiesThatAreAllBehindWithADirectoryAreNotBelievedThoughTheyAgree) {
  ReplicateLab lab;
  ASSERT_TRUE(lab.client().create(root_gfid, "f"));
  lab.settle();
  const auto blame = [&](std::size_t by, std::size_t other, std::int32_t count) {
    const auto mark = Counts::of(Slot::entries, count).stored();
    lab.brick(by).set_xattr("", fmt::format("trusted.afr.v-client-{}", other), std::string(as_text(Bytes(mark))));
  };
  const auto error_of_lookup = [&](const char* name) {
    const Result<fop::Lookup::Reply> found = lab.add_client().lookup(root_gfid, name);
    return found ? 0 : found.error().number();
  };
  blame(0, 1, 1);
  lab.brick(2).go_away();
  EXPECT_EQ(error_of_lookup("f"), 0);
  EXPECT_EQ(error_of_lookup("g"), ENOENT);
  blame(1, 0, 1);
  EXPECT_EQ(error_of_lookup("f"), ENOTCONN);
  EXPECT_EQ(error_of_lookup("g"), ENOTCONN);
  lab.brick(2).come_back();
  EXPECT_EQ(error_of_lookup("f"), 0);
  EXPECT_EQ(error_of_lookup("g"), ENOENT);
}

// One copy has missed what the file was cut to, another one its mode, and the third is away.
TEST(Replicate, HowMuchThereIsSaysAnotherCopyThanWhoMayReadIt) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  const Gfid f = file->iatt.gfid;
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello world")));
  lab.settle();
  lab.brick(1).go_away();
  ASSERT_TRUE(lab.client().ask(fop::Truncate{.gfid = f, .size = 5, .xdata = {}}));
  lab.settle();
  lab.brick(1).come_back();
  lab.brick(0).go_away();
  Iatt wanted;
  wanted.mode = 0600;
  ASSERT_TRUE(lab.client().ask(fop::Setattr{.gfid = f, .iatt = wanted, .valid = set_attribute::mode, .xdata = {}}));
  lab.settle();
  lab.brick(0).come_back();
  lab.brick(2).go_away();
  const Result<fop::Attributes> seen = lab.client().ask(fop::Stat{.gfid = f, .xdata = {}});
  ASSERT_TRUE(seen) << seen.error().sentence();
  EXPECT_EQ(seen->iatt.size, 5U);
  EXPECT_EQ(seen->iatt.mode & 0777, 0600U);
  const Result<fop::Changed> written = lab.client().ask(write_of(*file, 0, "H"));
  ASSERT_TRUE(written) << written.error().sentence();
  EXPECT_EQ(written->before.size, 5U);
  EXPECT_EQ(written->after.size, 5U);
  EXPECT_EQ(written->after.mode & 0777, 0600U);
}

// Somebody is just changing them, and who asks next may hear another copy.
TEST(Replicate, AttributesThatCopiesTellDifferentlyAreAskedForUnderTheirLock) {
  std::vector<std::string> messages;
  ReplicateLab lab(3, {{"read-subvolume-index", "1"}});
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  lab.settle();
  ClusterClient& other = lab.add_client();
  lab.on_message([&messages](std::size_t brick, std::string_view operation) {
    if (brick == 0) messages.emplace_back(operation);
    return 0;
  });
  ASSERT_TRUE(other.lookup(file->iatt.gfid));
  EXPECT_EQ(messages, (std::vector<std::string>{"LOOKUP"}));
  messages.clear();
  ASSERT_TRUE(lab.brick(1).disk().change_mode(FileSystem::no_directory, lab.brick(1).path("f"), 0600));
  ASSERT_TRUE(other.lookup(root_gfid, "f"));
  ASSERT_GE(messages.size(), 4U);
  messages.resize(4);
  EXPECT_EQ(messages, (std::vector<std::string>{"LOOKUP", "LOOKUP", "INODELK", "LOOKUP"}));
  lab.settle();
  messages.clear();
  ASSERT_TRUE(other.ask(fop::Stat{.gfid = file->iatt.gfid, .xdata = {}}));
  EXPECT_NE(std::ranges::find(messages, "INODELK"), messages.end());
}

TEST(Replicate, ABlamedCopyIsNotRead) {
  ReplicateLab lab(3, {{"read-subvolume-index", "1"}});
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "old")));
  lab.settle();
  lab.brick(1).go_away();
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "new")));
  lab.settle();
  lab.brick(1).come_back();
  EXPECT_EQ(lab.content(1, "f"), "old");
  const Result<fop::Read::Reply> read = lab.client().ask(read_of(*file));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(as_text(read->data.bytes.bytes()), "new");
  // Neither by a client that has seen nothing of it.
  const Result<fop::Lookup::Reply> found = lab.add_client().lookup(root_gfid, "f");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->iatt.size, 3U);
}

TEST(Replicate, WhatAllCopiesRefuseToLookAtIsRefusedWithTheirReason) {
  ReplicateLab lab;
  const std::string name(256, 'n');
  const Result<fop::Lookup::Reply> found = lab.client().lookup(root_gfid, name);
  EXPECT_EQ(found.error().number(), ENAMETOOLONG);
  // Nor is it said to be nowhere by who has the directory locked.
  for (const char* made : {"a", "b", "c"}) ASSERT_TRUE(lab.client().mkdir(root_gfid, made));
  EXPECT_EQ(lab.client().lookup(root_gfid, name).error().number(), ENAMETOOLONG);
  lab.brick(0).go_away();
  EXPECT_EQ(lab.client().lookup(root_gfid, name).error().number(), ENAMETOOLONG);
  lab.brick(1).go_away();
  EXPECT_EQ(lab.client().lookup(root_gfid, name).error().number(), ENOTCONN);
}

// `content`: of the file f, as it comes with something else to a client that would have it from the second copy.
template <class Content>
void expect_content_of_right_copies(ReplicateLab& lab, const Content& content) {
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "old")));
  lab.settle();
  EXPECT_EQ(content(lab.add_client()), "old");
  lab.brick(1).go_away();
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "new")));
  lab.settle();
  lab.brick(1).come_back();
  EXPECT_EQ(lab.content(1, "f"), "old");
  EXPECT_EQ(content(lab.add_client()), "none");
}

TEST(Replicate, ALookupBringsTheContentOfACopyThatIsRight) {
  ReplicateLab lab(3, {{"read-subvolume-index", "1"}});
  expect_content_of_right_copies(lab, [](ClusterClient& client) {
    fop::Lookup lookup{.gfid = {}, .parent = root_gfid, .name = "f", .xdata = {}};
    lookup.xdata.set(own_key::readable_content, std::uint64_t{4096});
    const Result<fop::Lookup::Reply> found = client.ask(lookup);
    const std::optional<Bytes> bytes = found ? found->xdata.bytes(own_key::readable_content) : std::nullopt;
    return bytes ? std::string(as_text(*bytes)) : std::string("none");
  });
}

TEST(Replicate, AListingBringsContentWhereNoCopyHasMissedAnything) {
  ReplicateLab lab(3, {{"read-subvolume-index", "1"}});
  expect_content_of_right_copies(lab, [](ClusterClient& client) {
    const Result<fop::Opened> opened = client.ask(fop::Opendir{.gfid = root_gfid, .xdata = {}});
    fop::Readdirp readdirp{.gfid = root_gfid, .fd = opened->fd, .size = 4096, .xdata = {}};
    readdirp.xdata.set(own_key::listed_content, std::uint64_t{4096});
    const Result<fop::Readdirp::Reply> listed = client.ask(readdirp);
    for (const EntryPlus& entry : listed->entries.elements) {
      const std::optional<Bytes> bytes = entry.xattrs.bytes(own_key::listed_content);
      if (entry.name == "f" && bytes) return std::string(as_text(*bytes));
    }
    return std::string("none");
  });
}

TEST(Replicate, ACopyThatFailsIsBlamedBeforeTheAnswer) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  lab.on_message(
      [](std::size_t brick, std::string_view operation) { return brick == 2 && operation == "WRITE" ? EIO : 0; });
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello")));
  for (const std::size_t copy : {0, 1}) EXPECT_EQ(lab.missed(copy, "f", 2), Counts::of(Slot::data, 1));
  lab.on_message({});
  const Result<fop::Read::Reply> read = lab.client().ask(read_of(*file));
  ASSERT_TRUE(read);
  EXPECT_EQ(as_text(read->data.bytes.bytes()), "hello");
}

TEST(Replicate, ACopyThatIsLeftOutOfAChangeOfNamesTakesPartInTheNext) {
  ReplicateLab lab;
  lab.on_message(
      [](std::size_t brick, std::string_view operation) { return brick == 0 && operation == "MKDIR" ? EIO : 0; });
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "a"));
  lab.on_message({});
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "b"));
  EXPECT_FALSE(lab.brick(0).exists("a"));
  EXPECT_TRUE(lab.brick(0).exists("b"));
}

TEST(Replicate, WithoutAQuorumNothingIsChangedAndNothingRead) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "old")));
  lab.settle();
  lab.brick(0).go_away();
  lab.brick(1).go_away();
  EXPECT_EQ(lab.client().error_of(write_of(*file, 0, "new")), ENOTCONN);
  EXPECT_EQ(lab.client().error_of(fop::Mkdir{.parent = root_gfid, .mode = 0755, .name = "d", .xdata = {}}), ENOTCONN);
  EXPECT_EQ(lab.client().error_of(read_of(*file)), ENOTCONN);
  EXPECT_EQ(lab.content(2, "f"), "old");
  lab.brick(0).come_back();
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "new")));
}

TEST(Replicate, ACopyThatComesWhileTheOthersAreAskedMakesNoSplitBrain) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  for (const std::size_t behind : {0, 2}) {
    lab.settle();
    lab.brick(behind).go_away();
    ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello")));
    lab.settle();
    lab.brick(behind).come_back();
  }
  // The others blame each other.
  lab.brick(1).go_away();
  auto found = lab.client().begin(fop::Lookup{.gfid = {}, .parent = root_gfid, .name = "f", .xdata = {}});
  lab.brick(1).come_back();
  ASSERT_TRUE(lab.simulation().run_until([&] { return found->has_value(); }));
  ASSERT_FALSE(**found);
  EXPECT_EQ((*found)->error().number(), ENOTCONN);
  EXPECT_TRUE(lab.client().lookup(root_gfid, "f"));
}

TEST(Replicate, WhatMostCopiesRefuseHasNotHappenedAndWhoDidItIsBlamed) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  lab.on_message(
      [](std::size_t brick, std::string_view operation) { return brick != 0 && operation == "WRITE" ? ENOSPC : 0; });
  EXPECT_EQ(lab.client().error_of(write_of(*file, 0, "hello")), ENOSPC);
  lab.on_message({});
  const Result<fop::Read::Reply> read = lab.client().ask(read_of(*file));
  ASSERT_TRUE(read);
  EXPECT_EQ(as_text(read->data.bytes.bytes()), "");
  lab.settle();
  for (const std::size_t copy : {1, 2}) EXPECT_EQ(lab.missed(copy, "f", 0), Counts::of(Slot::data, 1));
}

TEST(Replicate, ACopyThatLacksTheObjectOfALinkDoesNotSayWhyItIsRefused) {
  ReplicateLab lab(3, {{"read-subvolume-index", "0"}});
  const Result<fop::Made> directory = lab.client().mkdir(root_gfid, "d");
  ASSERT_TRUE(directory);
  ASSERT_TRUE(lab.client().create(directory->iatt.gfid, "taken"));
  lab.settle();
  lab.brick(0).go_away();
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  lab.settle();
  lab.brick(0).come_back();
  const fop::Link link{
      .gfid = file->iatt.gfid, .new_parent = directory->iatt.gfid, .new_name = "taken", .xdata = {}};
  EXPECT_EQ(lab.client().error_of(link), EEXIST);
}

TEST(Replicate, WhatNobodyKnowsStaysMarked) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  lab.on_message([](std::size_t brick, std::string_view operation) {
    if (operation != "WRITE" || brick == 0) return 0;
    return brick == 1 ? ENOTCONN : ENOSPC;
  });
  EXPECT_NE(lab.client().error_of(write_of(*file, 0, "hello")), 0);
  lab.on_message({});
  lab.settle();
  for (std::size_t copy = 0; copy < 3; ++copy) EXPECT_EQ(lab.dirty(copy, "f"), Counts::of(Slot::data, 1)) << copy;
  EXPECT_FALSE(lab.missed(0, "f", 1).any());
}

TEST(Replicate, WhatAllRefuseBlamesNobody) {
  ReplicateLab lab;
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  EXPECT_EQ(lab.client().error_of(fop::Unlink{.parent = root_gfid, .name = "none", .xdata = {}}), ENOENT);
  EXPECT_FALSE(lab.client().mkdir(root_gfid, "d"));
  lab.settle();
  EXPECT_THAT(lab.differences(""), IsEmpty());
}

TEST(Replicate, TwoClientsHandADirectoryToEachOther) {
  ReplicateLab lab;
  ClusterClient& other = lab.add_client();
  for (int number = 0; number < 20; ++number) {
    ASSERT_TRUE(lab.client().create(root_gfid, fmt::format("a{}", number)));
    ASSERT_TRUE(other.create(root_gfid, fmt::format("b{}", number)));
  }
  lab.settle();
  for (int number = 0; number < 20; ++number) {
    EXPECT_THAT(lab.differences(fmt::format("a{}", number)), IsEmpty());
    EXPECT_THAT(lab.differences(fmt::format("b{}", number)), IsEmpty());
  }
}

TEST(Replicate, TwoClientsWriteOneFile) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ClusterClient& other = lab.add_client();
  const Result<fop::Opened> opened =
      other.ask(fop::Open{.gfid = file->iatt.gfid, .flags = open_flag::read_write, .xdata = {}});
  ASSERT_TRUE(opened) << opened.error().sentence();
  fop::Create::Reply there = *file;
  there.fd = opened->fd;
  for (int round = 0; round < 5; ++round) {
    auto first = lab.client().begin(write_of(*file, 0, fmt::format("first {}", round)));
    auto second = other.begin(write_of(there, 0, fmt::format("other {}", round)));
    ASSERT_TRUE(lab.simulation().run_until([&] { return first->has_value() && second->has_value(); }));
    EXPECT_TRUE(**first);
    EXPECT_TRUE(**second);
  }
  lab.settle();
  EXPECT_THAT(lab.differences("f"), IsEmpty());
}

TEST(Replicate, AClientThatDiesLeavesItsLocksToOthers) {
  ReplicateLab lab;
  const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
  ASSERT_TRUE(file);
  ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello")));
  ClusterClient& other = lab.add_client();
  lab.client().die();
  ASSERT_TRUE(other.ask(fop::Truncate{.gfid = file->iatt.gfid, .size = 2, .xdata = {}}));
  lab.settle();
  EXPECT_EQ(lab.content(1, "f"), "he");
  // The write of the dead one was under way for all that anybody knows.
  EXPECT_EQ(lab.dirty(1, "f"), Counts::of(Slot::data, 1));
}

TEST(Replicate, RenameAndRmdirKeepAllCopiesAlike) {
  ReplicateLab lab;
  const Result<fop::Made> from = lab.client().mkdir(root_gfid, "from");
  const Result<fop::Made> to = lab.client().mkdir(root_gfid, "to");
  ASSERT_TRUE(from && to);
  ASSERT_TRUE(lab.client().mkdir(from->iatt.gfid, "inner"));
  ASSERT_TRUE(lab.client().mkdir(to->iatt.gfid, "inner"));
  const fop::Rename rename{.old_parent = from->iatt.gfid,
                           .new_parent = to->iatt.gfid,
                           .old_name = "inner",
                           .new_name = "inner",
                           .xdata = {}};
  ASSERT_TRUE(lab.client().ask(rename));
  ASSERT_TRUE(lab.client().rmdir(root_gfid, "from"));
  EXPECT_EQ(lab.client().error_of(fop::Rmdir{.parent = root_gfid, .name = "to", .xdata = {}}), ENOTEMPTY);
  lab.settle();
  EXPECT_THAT(lab.differences("to/inner"), IsEmpty());
  EXPECT_TRUE(lab.is_nowhere("from"));
}

// Nobody is blamed for a file that is removed: whoever still has a name for it has missed that.
TEST(Replicate, AFileWithoutANameIsNotReadFromACopyThatHasMissedItsRemoval) {
  for (std::size_t away = 0; away < 3; ++away) {
    ReplicateLab lab;
    const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
    ASSERT_TRUE(file);
    ASSERT_TRUE(lab.client().ask(write_of(*file, 0, "hello")));
    lab.settle();
    lab.brick(away).go_away();
    ASSERT_TRUE(lab.client().ask(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}));
    lab.settle();
    lab.brick(away).come_back();
    lab.settle();
    EXPECT_TRUE(lab.brick(away).exists("f"));
    const Result<fop::Attributes> told =
        lab.client().ask(fop::Fstat{.gfid = file->iatt.gfid, .fd = file->fd, .xdata = {}});
    ASSERT_TRUE(told) << told.error().sentence();
    EXPECT_EQ(told->iatt.links, 0U) << away;
    const Result<fop::Read::Reply> read = lab.client().ask(
        fop::Read{.gfid = file->iatt.gfid, .fd = file->fd, .offset = 0, .size = 5, .flags = 0, .xdata = {}});
    ASSERT_TRUE(read) << read.error().sentence();
    EXPECT_EQ(read->iatt.links, 0U) << away;
  }
}

TEST(Replicate, ADirectoryThatHasJustComeIsLockedBeforeARenameReplacesIt) {
  ReplicateLab lab;
  ASSERT_TRUE(lab.client().mkdir(root_gfid, "d"));
  ClusterClient& other = lab.add_client();
  ASSERT_TRUE(other.create(root_gfid, "f"));
  int renames = 0;
  lab.on_message([&renames](std::size_t brick, std::string_view operation) {
    if (brick == 0 && operation == "RENAME") ++renames;
    return 0;
  });
  auto moved = lab.client().begin(
      fop::Rename{.old_parent = root_gfid, .new_parent = root_gfid, .old_name = "d", .new_name = "e", .xdata = {}});
  // Under the lock that the other one keeps: it is looked for before, and replaced after.
  fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = "e", .xdata = {}};
  mkdir.xdata.set("gfid-req", Gfid{.bytes = {7}});
  auto made = other.begin(std::move(mkdir));
  ASSERT_TRUE(lab.simulation().run_until([&] { return moved->has_value() && made->has_value(); }));
  EXPECT_TRUE(**made);
  EXPECT_TRUE(**moved);
  EXPECT_EQ(renames, 2);
}

}  // namespace
}  // namespace mortar::testing
