// The power goes between any two calls that a brick makes of its disk, for every operation and every pair of
// operations. Whatever prefix of the metadata is left, the brick starts, every name in it can be looked up, and nothing
// in it contradicts anything else after that.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "brick_under_test.h"
#include "seeds.h"
#include "wire/files_to_sync.h"

namespace mortar::sim {
namespace {

// The tree every run begins with:  /folder/inner/  /folder/file  /other  /empty/  /link
const Gfid folder = test_gfid(11);
const Gfid inner = test_gfid(12);
const Gfid file = test_gfid(13);
const Gfid other = test_gfid(14);
const Gfid empty = test_gfid(15);
const Gfid symlink = test_gfid(16);

// A seed for each run; it also says at which hour the run takes place, so that none is before another.
std::uint64_t later() {
  static std::uint64_t hour = 1;
  return ++hour;
}

template <class Operation>
Operation with_gfid(Operation operation, const Gfid& gfid) {
  operation.xdata.set("gfid-req", gfid);
  return operation;
}

fop::Write write_of(const Gfid& gfid, std::uint64_t offset, const std::string& text) {
  fop::Write write{.gfid = gfid, .offset = offset, .size = static_cast<std::uint32_t>(text.size())};
  write.data.bytes = Slice::copy(text);
  return write;
}

// Whether it succeeded; in a sequence an operation may rightly fail.
struct Action {
  std::string name;
  std::function<bool(BrickUnderTest&)> run;
};

template <class Operation>
Action action(std::string name, Operation operation) {
  return {std::move(name), [operation](BrickUnderTest& brick) { return brick.perform(operation).has_value(); }};
}

fop::Setxattr set_of(const Gfid& gfid) {
  fop::Setxattr set{.gfid = gfid};
  set.values.set_bytes("user.color", as_bytes("red"));
  return set;
}

fop::Xattrop pending_of(const Gfid& gfid) {
  fop::Xattrop pending{.gfid = gfid};
  pending.values.set_bytes("trusted.afr.dirty", as_bytes(std::string("\0\0\0\1\0\0\0\0\0\0\0\0", 12)));
  return pending;
}

std::vector<Action> actions() {
  Iatt mode;
  mode.mode = S_IFREG | 0600;
  constexpr std::int32_t mode_only = 1;
  return {
      action("create",
             with_gfid(fop::Create{.parent = folder, .flags = O_RDWR, .mode = 0644, .name = "new"}, test_gfid(21))),
      action("mknod",
             with_gfid(fop::Mknod{.parent = root_gfid, .mode = S_IFREG | 0644, .name = "node"}, test_gfid(22))),
      action("mkdir", with_gfid(fop::Mkdir{.parent = folder, .mode = 0755, .name = "made"}, test_gfid(23))),
      action("symlink", with_gfid(fop::Symlink{.parent = root_gfid, .name = "sym", .target = "away"}, test_gfid(24))),
      action("link", fop::Link{.gfid = file, .new_parent = root_gfid, .new_name = "second"}),
      action("unlink", fop::Unlink{.parent = folder, .name = "file"}),
      action("unlink symlink", fop::Unlink{.parent = root_gfid, .name = "link"}),
      action("rmdir", fop::Rmdir{.parent = root_gfid, .name = "empty"}),
      action("rename",
             fop::Rename{.old_parent = folder, .new_parent = root_gfid, .old_name = "file", .new_name = "moved"}),
      action("rename over",
             fop::Rename{.old_parent = folder, .new_parent = root_gfid, .old_name = "file", .new_name = "other"}),
      action("rename directory",
             fop::Rename{.old_parent = folder, .new_parent = root_gfid, .old_name = "inner", .new_name = "outer"}),
      action("rename directory over",
             fop::Rename{.old_parent = folder, .new_parent = root_gfid, .old_name = "inner", .new_name = "empty"}),
      action("setxattr", set_of(file)),
      action("removexattr", fop::Removexattr{.gfid = other, .name = "user.color"}),
      action("setattr", fop::Setattr{.gfid = file, .iatt = mode, .valid = mode_only}),
      action("write", write_of(file, 100, std::string(5000, 'w'))),
      action("truncate", fop::Truncate{.gfid = other, .size = 10}),
      action("xattrop", pending_of(file)),
  };
}

DiskState prepared_disk() {
  BrickUnderTest brick(1, BrickUnderTest::empty_disk());
  EXPECT_EQ(brick.start(), "");
  EXPECT_TRUE(brick.perform(with_gfid(fop::Mkdir{.parent = root_gfid, .mode = 0755, .name = "folder"}, folder)));
  EXPECT_TRUE(brick.perform(with_gfid(fop::Mkdir{.parent = folder, .mode = 0755, .name = "inner"}, inner)));
  EXPECT_TRUE(brick.perform(with_gfid(fop::Mkdir{.parent = root_gfid, .mode = 0755, .name = "empty"}, empty)));
  for (const auto& [parent, name, gfid] : {std::tuple(folder, "file", file), std::tuple(root_gfid, "other", other)}) {
    EXPECT_TRUE(brick.perform(with_gfid(fop::Mknod{.parent = parent, .mode = S_IFREG | 0644, .name = name}, gfid)));
    EXPECT_TRUE(brick.perform(write_of(gfid, 0, "content of " + std::string(name))));
  }
  EXPECT_TRUE(
      brick.perform(with_gfid(fop::Symlink{.parent = root_gfid, .name = "link", .target = "folder/file"}, symlink)));
  EXPECT_TRUE(brick.perform(set_of(other)));
  EXPECT_EQ(brick.inconsistencies(), std::vector<std::string>{});
  DiskState state = brick.disk().state();
  state.sync_everything();
  return state;
}

const DiskState& start_state() {
  static const DiskState state = prepared_disk();
  return state;
}

// Starts a brick on a disk as a crash left it and says what is wrong there.
std::vector<std::string> wrong_after(const DiskState& crashed) {
  BrickUnderTest brick(later(), crashed);
  const std::string sentence = brick.start();
  if (!sentence.empty()) return {sentence};
  return brick.inconsistencies();
}

// The states of the disk before each modifying call of a run, and at its end.
struct Cuts {
  std::vector<DiskState> states;
  std::vector<std::string> calls;
  bool succeeded = true;
};

Cuts run_of(const std::vector<const Action*>& sequence) {
  Cuts run;
  BrickUnderTest brick(later(), start_state());
  EXPECT_EQ(brick.start(), "");
  brick.disk().on_call([&run, &brick](const DiskCall& call) {
    if (!call.modifying) return 0;
    run.states.push_back(brick.disk().state());
    const bool readable =
        std::ranges::all_of(call.text, [](unsigned char letter) { return std::isprint(letter) != 0; });
    run.calls.push_back(fmt::format("{} {}", call.name, readable ? call.text.substr(0, 60) : ""));
    return 0;
  });
  for (const Action* step : sequence) run.succeeded &= step->run(brick);
  run.states.push_back(brick.disk().state());
  run.calls.emplace_back("the end");
  return run;
}

// Every call of the sequence is a crash point. Metadata reaches the disk in order, so what a crash at one point may
// leave of it is what was there at that point or an earlier one; the data is lost.
std::size_t crash_everywhere(const std::vector<const Action*>& sequence, std::size_t most_failures) {
  const Cuts run = run_of(sequence);
  std::string names;
  for (const Action* step : sequence) names += (names.empty() ? "" : ", ") + step->name;
  std::size_t failures = 0;
  for (std::size_t point = 0; point < run.states.size(); ++point) {
    const SurvivalRule rule = SurvivalRule::prefix(~std::uint64_t{0}, 0);
    const std::vector<std::string> wrong = wrong_after(run.states[point].after_crash(rule));
    if (wrong.empty()) continue;
    if (++failures <= most_failures) {
      ADD_FAILURE() << names << ", cut before call " << point << " (" << run.calls[point]
                    << "): " << testing::PrintToString(wrong);
    }
  }
  return failures;
}

TEST(BrickCrash, TheStartIsSound) { EXPECT_EQ(wrong_after(start_state()), std::vector<std::string>{}); }

TEST(BrickCrash, EveryOperationWorks) {
  for (const Action& one : actions()) {
    const Cuts run = run_of({&one});
    EXPECT_TRUE(run.succeeded) << one.name;
    EXPECT_GT(run.states.size(), 1U) << one.name << " changes the disk";
  }
}

TEST(BrickCrash, InsideEveryOperation) {
  for (const Action& one : actions()) crash_everywhere({&one}, 3);
}

TEST(BrickCrash, InsideEveryPairOfOperations) {
  const std::vector<Action> all = actions();
  std::size_t failures = 0;
  for (const Action& first : all) {
    for (const Action& second : all) failures += crash_everywhere({&first, &second}, failures < 10 ? 1 : 0);
  }
  EXPECT_EQ(failures, 0U);
}

// A start is a sequence of calls too, and the power may go again in the middle of mending what it broke.
TEST(BrickCrash, InsideTheStartAfterACrash) {
  const std::vector<Action> all = actions();
  for (const Action& one : all) {
    const Cuts run = run_of({&one});
    for (const DiskState& state : run.states) {
      BrickUnderTest brick(later(), state.after_crash(SurvivalRule::prefix(~std::uint64_t{0}, 0)));
      std::vector<DiskState> inside;
      brick.disk().on_call([&inside, &brick](const DiskCall& call) {
        if (call.modifying) inside.push_back(brick.disk().state());
        return 0;
      });
      EXPECT_EQ(brick.start(), "") << one.name;
      brick.look_up_everything();
      // The first calls and the last ones are where something happens; between lie 256 folders.
      for (std::size_t point = 0; point < inside.size(); ++point) {
        if (point > 8 && point + 8 < inside.size()) continue;
        const auto wrong = wrong_after(inside[point].after_crash(SurvivalRule::prefix(~std::uint64_t{0}, 0)));
        EXPECT_EQ(wrong, std::vector<std::string>{}) << one.name;
      }
    }
  }
}

TEST(BrickCrash, WhatWasSyncedIsThere) {
  for (const Action& one : actions()) {
    BrickUnderTest brick(later(), start_state());
    ASSERT_EQ(brick.start(), "");
    ASSERT_TRUE(one.run(brick)) << one.name;
    // Any file will do: a sync writes the journal as a whole. This one may be gone after a rename over it.
    const Gfid synced = one.name == "rename over" ? file : other;
    ASSERT_TRUE(brick.perform(fop::Fsync{.gfid = synced})) << one.name;
    const DiskState after = brick.disk().state().after_crash(SurvivalRule::only_synced());
    EXPECT_EQ(brick.disk().state().unsynced_transactions(), 0U) << one.name;
    EXPECT_EQ(wrong_after(after), std::vector<std::string>{}) << one.name;
  }
}

TEST(BrickCrash, FilesThatWereSyncedTogetherAreThere) {
  for (const std::size_t count : {std::size_t{2}, std::size_t{6}}) {
    BrickUnderTest brick(later(), start_state());
    ASSERT_EQ(brick.start(), "");
    std::vector<Gfid> files;
    for (std::size_t number = 0; number < count; ++number) {
      files.push_back(test_gfid(static_cast<std::uint8_t>(100 + number)));
      fop::Create create{.parent = root_gfid, .flags = open_flag::write_only, .mode = 0644};
      create.name = fmt::format("many {}", number);
      create.xdata.set("gfid-req", files.back());
      const Result<fop::Create::Reply> made = brick.perform(create);
      ASSERT_TRUE(made);
      fop::Write write{.gfid = files.back(), .fd = made->fd, .size = 4};
      write.data.bytes = Slice::copy("kept");
      ASSERT_TRUE(brick.perform(write));
    }
    fop::Fsync sync{.gfid = root_gfid, .data_only = 1};
    put_files_to_sync(sync.xdata, files);
    ASSERT_TRUE(brick.perform(sync));
    BrickUnderTest found(later(), brick.disk().state().after_crash(SurvivalRule::only_synced()));
    ASSERT_EQ(found.start(), "");
    for (const Gfid& synced : files) {
      const Result<fop::Read::Reply> read = found.perform(fop::Read{.gfid = synced, .size = 10});
      ASSERT_TRUE(read);
      EXPECT_EQ(read->data.bytes.text(), "kept");
    }
  }
}

// Many operations, a cut at any moment with any page and any prefix, again and again on the same disk.
TEST(BrickCrash, AgainAndAgain) {
  for_each_seed([](std::uint64_t seed) {
    Random random(seed);
    const std::vector<Action> all = actions();
    DiskState disk = start_state();
    for (int round = 0; round < 4 && !testing::Test::HasFailure(); ++round) {
      BrickUnderTest brick(later(), disk);
      ASSERT_EQ(brick.start(), "");
      const std::uint64_t last = brick.disk().modifying_calls() + random.between(1, 60);
      std::optional<DiskState> cut;
      brick.disk().on_call([&cut, &brick, last](const DiskCall& call) {
        if (call.modifying && call.number == last) cut = brick.disk().state();
        return 0;
      });
      for (int step = 0; step < 12; ++step) all[random.below(all.size())].run(brick);
      disk = cut.value_or(brick.disk().state()).after_crash(SurvivalRule::random(random.next()));
      EXPECT_EQ(wrong_after(disk), std::vector<std::string>{}) << "seed " << seed << " round " << round;
    }
  });
}

// A file system that writes metadata in any order promises less: entries may lack what was set on them before. Then the
// brick starts all the same, and whatever a gfid leads to is the object of that gfid.
TEST(BrickCrash, MetadataInAnyOrder) {
  for_each_seed([](std::uint64_t seed) {
    Random random(seed);
    const std::vector<Action> all = actions();
    BrickUnderTest brick(later(), start_state());
    ASSERT_EQ(brick.start(), "");
    for (int step = 0; step < 6; ++step) all[random.below(all.size())].run(brick);
    const DiskState crashed = brick.disk().state().after_crash(SurvivalRule::any_order(random.next()));
    BrickUnderTest found(later(), crashed);
    ASSERT_EQ(found.start(), "") << "seed " << seed;
    for (const std::string& sentence : found.look_up_everything()) {
      EXPECT_FALSE(sentence.contains("another object")) << sentence << ", seed " << seed;
    }
  });
}

}  // namespace
}  // namespace mortar::sim
