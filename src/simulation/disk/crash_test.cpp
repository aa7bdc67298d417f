// What a power cut leaves: a prefix of the metadata, everything synced, and of the rest of the data any pages.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/falloc.h>

#include <set>
#include <string>

#include "simulation/disk/simulated_file_system.h"

namespace mortar {
namespace {

constexpr int here = FileSystem::no_directory;

class Crash : public testing::Test {
 protected:
  OpenFile create(const std::string& path) {
    Result<OpenFile> file = disk_.open(here, path, O_RDWR | O_CREAT, 0644);
    EXPECT_TRUE(file);
    return std::move(*file);
  }
  void write(const OpenFile& file, const std::string& text, std::uint64_t offset = 0) {
    EXPECT_EQ(*disk_.write(file.number(), as_bytes(text), offset), text.size());
  }
  std::string content_after(const SurvivalRule& rule, const std::string& path) {
    SimulatedFileSystem after(clock_, disk_.state().after_crash(rule));
    return after.read_file(path).value_or("absent");
  }
  std::set<std::string> names_after(const SurvivalRule& rule) {
    SimulatedFileSystem after(clock_, disk_.state().after_crash(rule));
    std::set<std::string> names;
    for (const std::string name : {"a", "b", "c", "d"}) {
      if (after.status(here, "/" + name)) names.insert(name);
    }
    return names;
  }

  SimulatedFileSystem::Clock clock_ = [] { return Moment{1000, 0}; };
  SimulatedFileSystem disk_{clock_};
};

using Names = std::set<std::string>;

TEST_F(Crash, LeavesAPrefixOfTheMetadata) {
  for (const char* name : {"/a", "/b", "/c"}) ASSERT_TRUE(disk_.make_directory(here, name, 0755));
  EXPECT_EQ(names_after(SurvivalRule::prefix(0)), Names{});
  EXPECT_EQ(names_after(SurvivalRule::prefix(1)), Names{"a"});
  EXPECT_EQ(names_after(SurvivalRule::prefix(2)), (Names{"a", "b"}));
  EXPECT_EQ(names_after(SurvivalRule::everything()), (Names{"a", "b", "c"}));
  std::set<Names> seen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) seen.insert(names_after(SurvivalRule::random(seed)));
  EXPECT_EQ(seen.size(), 4U);
}

TEST_F(Crash, AnySyncKeepsAllMetadataBefore) {
  ASSERT_TRUE(disk_.make_directory(here, "/a", 0755));
  OpenFile file = create("/b");
  ASSERT_TRUE(disk_.sync(file.number(), false));
  ASSERT_TRUE(disk_.make_directory(here, "/c", 0755));
  EXPECT_EQ(names_after(SurvivalRule::only_synced()), (Names{"a", "b"}));
  EXPECT_EQ(disk_.state().unsynced_transactions(), 1U);
}

TEST_F(Crash, ARenameHappensWhollyOrNot) {
  create("/a");
  create("/b");
  ASSERT_TRUE(disk_.sync_all(create("/c").number()));
  ASSERT_TRUE(disk_.rename(here, "/a", here, "/b", 0));
  EXPECT_EQ(names_after(SurvivalRule::prefix(0)), (Names{"a", "b", "c"}));
  EXPECT_EQ(names_after(SurvivalRule::prefix(1)), (Names{"b", "c"}));
}

TEST_F(Crash, DataThatWasNotSyncedMayOrMayNotBeThere) {
  OpenFile file = create("/a");
  write(file, std::string(4096, 'x') + std::string(4096, 'y'));
  ASSERT_TRUE(disk_.sync(file.number(), false));
  write(file, std::string(4096, 'X') + std::string(4096, 'Y'));
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::string content = content_after(SurvivalRule::random(seed), "/a");
    ASSERT_EQ(content.size(), 8192U);
    EXPECT_EQ(content.substr(0, 4096), std::string(4096, content[0])) << "no page is torn";
    seen.insert({content[0], content[8000]});
  }
  EXPECT_EQ(seen, (std::set<std::string>{"xy", "Xy", "xY", "XY"}));
  ASSERT_TRUE(disk_.sync(file.number(), true));
  EXPECT_EQ(content_after(SurvivalRule::only_synced(), "/a").substr(4090, 10), "XXXXXXYYYY");
}

TEST_F(Crash, PagesAreTornOnlyWhereAllowed) {
  OpenFile file = create("/a");
  write(file, std::string(4096, 'x'));
  ASSERT_TRUE(disk_.sync(file.number(), false));
  write(file, std::string(4096, 'X'));
  bool torn = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SurvivalRule rule = SurvivalRule::random(seed);
    rule.torn_share = 1;
    const std::string content = content_after(rule, "/a");
    torn |= content.front() == 'X' && content.back() == 'x';
  }
  EXPECT_TRUE(torn);
}

TEST_F(Crash, WhatWasCutOffDoesNotComeBack) {
  OpenFile file = create("/a");
  write(file, std::string(8192, 's'));
  ASSERT_TRUE(disk_.sync(file.number(), false));
  const std::uint64_t before = disk_.state().unsynced_transactions();
  ASSERT_EQ(before, 0U);
  ASSERT_TRUE(disk_.truncate(file.number(), 100));
  ASSERT_TRUE(disk_.truncate(file.number(), 8192));
  write(file, "new", 5000);
  EXPECT_EQ(content_after(SurvivalRule::prefix(0, 1), "/a"), std::string(8192, 's'))
      << "without the cut nothing written after it is in the file";
  const std::string cut = content_after(SurvivalRule::prefix(2, 0), "/a");
  EXPECT_EQ(cut, std::string(100, 's') + std::string(8092, '\0'));
  EXPECT_EQ(content_after(SurvivalRule::everything(), "/a").substr(5000, 3), "new");
}

TEST_F(Crash, ASizeThatDidNotSurviveHidesTheData) {
  OpenFile file = create("/a");
  ASSERT_TRUE(disk_.sync(file.number(), false));
  write(file, "hello");
  EXPECT_EQ(content_after(SurvivalRule::prefix(0, 1), "/a"), "");
  EXPECT_EQ(content_after(SurvivalRule::prefix(1, 0), "/a"), std::string(5, '\0'));
}

TEST_F(Crash, AnUnlinkedOpenFileIsGone) {
  OpenFile file = create("/a");
  write(file, "content");
  ASSERT_TRUE(disk_.sync(file.number(), false));
  ASSERT_TRUE(disk_.unlink(here, "/a"));
  std::vector<std::byte> into(7);
  EXPECT_EQ(*disk_.read(file.number(), into, 0), 7U) << "who has it open can still read it";
  EXPECT_EQ(content_after(SurvivalRule::prefix(0), "/a"), "content");
  SimulatedFileSystem after(clock_, disk_.state().after_crash(SurvivalRule::everything()));
  EXPECT_EQ(after.state().tree().size(), 1U);
  file.close();
  EXPECT_EQ(content_after(SurvivalRule::prefix(0), "/a"), "content") << "its blocks are not reused before";
}

TEST_F(Crash, OpenFilesDieWithThePower) {
  OpenFile file = create("/a");
  disk_.lose_power(SurvivalRule::everything());
  EXPECT_EQ(disk_.status(file.number()).error().number(), EBADF);
  EXPECT_EQ(disk_.open_files(), 0U);
}

TEST_F(Crash, InAnyOrderObjectsStayWhole) {
  for (const char* name : {"/a", "/b", "/c", "/d"}) ASSERT_TRUE(disk_.make_directory(here, name, 0755));
  ASSERT_TRUE(disk_.sync_all(create("/x").number()));
  for (const char* name : {"/a", "/b", "/c", "/d"}) {
    ASSERT_TRUE(disk_.make_directory(here, std::string(name) + "/1", 0755));
    ASSERT_TRUE(disk_.make_directory(here, std::string(name) + "/2", 0755));
  }
  bool overtaken = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SimulatedFileSystem after(clock_, disk_.state().after_crash(SurvivalRule::any_order(seed)));
    bool missing = false;
    for (const std::string name : {"/a", "/b", "/c", "/d"}) {
      const bool first = after.status(here, name + "/1").has_value();
      const bool second = after.status(here, name + "/2").has_value();
      EXPECT_TRUE(first || !second) << "one directory changes in order";
      overtaken |= missing && first;
      missing |= !first;
      EXPECT_EQ(after.status(here, name)->links, 2U + first + second);
    }
  }
  EXPECT_TRUE(overtaken);
}

TEST_F(Crash, SnapshotsDoNotMoveOn) {
  ASSERT_TRUE(disk_.make_directory(here, "/a", 0755));
  const DiskState snapshot = disk_.state();
  ASSERT_TRUE(disk_.make_directory(here, "/b", 0755));
  disk_.restore(snapshot);
  EXPECT_FALSE(disk_.status(here, "/b"));
  EXPECT_TRUE(disk_.status(here, "/a"));
}

TEST_F(Crash, CallsCanBeSeenAndFailed) {
  std::vector<std::string> seen;
  disk_.on_call([&seen](const DiskCall& call) {
    if (call.modifying) seen.push_back(std::string(call.name) + " " + std::string(call.text));
    return 0;
  });
  disk_.fail_modifying_call(2, EIO);
  EXPECT_TRUE(disk_.make_directory(here, "/a", 0755));
  EXPECT_EQ(disk_.make_directory(here, "/b", 0755).error().number(), EIO);
  EXPECT_FALSE(disk_.status(here, "/b"));
  EXPECT_TRUE(disk_.make_directory(here, "/b", 0755));
  EXPECT_EQ(seen, (std::vector<std::string>{"make_directory /a", "make_directory /b", "make_directory /b"}));
  EXPECT_EQ(disk_.modifying_calls(), 3U);
}

TEST_F(Crash, AFullDiskTakesWhatFits) {
  disk_.set_capacity(std::uint64_t{3} * page_size);
  OpenFile file = create("/a");
  EXPECT_EQ(*disk_.write(file.number(), as_bytes(std::string(16384, 'x')), 0), 12288U);
  EXPECT_EQ(disk_.write(file.number(), as_bytes("y"), 12288).error().number(), ENOSPC);
  EXPECT_TRUE(disk_.write(file.number(), as_bytes("y"), 0)) << "what has room already can be written again";
  EXPECT_EQ(disk_.allocate(file.number(), 0, 12288, 10).error().number(), ENOSPC);
  ASSERT_TRUE(disk_.allocate(file.number(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
  EXPECT_TRUE(disk_.write(file.number(), as_bytes("y"), 12288));
  EXPECT_EQ(disk_.file_system_status(file.number())->free, 0U);
}

TEST_F(Crash, WrittenFilesAreDurable) {
  ASSERT_TRUE(disk_.write_file("/a", "first"));
  ASSERT_TRUE(disk_.write_file("/a", "second"));
  EXPECT_EQ(content_after(SurvivalRule::only_synced(), "/a"), "second");
}

TEST_F(Crash, LinksAreFollowedAsAKernelDoes) {
  ASSERT_TRUE(disk_.make_directories("/x/y"));
  std::string chain = "/x/y";
  for (int index = 0; index < 41; ++index) {
    const std::string name = "/link" + std::to_string(index);
    ASSERT_TRUE(disk_.make_symlink(chain, here, name));
    chain = name;
  }
  EXPECT_TRUE(disk_.status(here, "/link39/."));
  EXPECT_EQ(disk_.status(here, "/link40/.").error().number(), ELOOP);
}

}  // namespace
}  // namespace mortar
