#include "translators/utime/utime.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using testing::ask;
using testing::FakeLeaf;

class UtimeTest : public ::testing::Test {
 protected:
  explicit UtimeTest(UtimeOptions options = {}) : utime_(world_, "utime", options) { utime_.add_child(leaf_); }

  template <class Operation>
  std::uint32_t stamps_of(Operation operation) {
    ask(utime_, caller_, operation);
    return leaf_.asked<Operation>().back().first.stamps;
  }

  Simulation simulation_{1};
  SimulatedWorld& world_ = simulation_.add_host("client", "10.0.0.1").start_process("glusterfs");
  FakeLeaf leaf_;
  Utime utime_;
  Call caller_{Identity{.pid = 7, .uid = 1000, .gid = 1000, .groups = {4}}};
};

// The numbers are those a stock client was seen to send.
TEST_F(UtimeTest, StampsOfOperations) {
  EXPECT_EQ(stamps_of(fop::Create{}), 31u);
  EXPECT_EQ(stamps_of(fop::Mkdir{}), 31u);
  EXPECT_EQ(stamps_of(fop::Mknod{}), 31u);
  EXPECT_EQ(stamps_of(fop::Symlink{}), 31u);
  EXPECT_EQ(stamps_of(fop::Unlink{}), 25u);
  EXPECT_EQ(stamps_of(fop::Rmdir{}), 25u);
  EXPECT_EQ(stamps_of(fop::Link{}), 25u);
  EXPECT_EQ(stamps_of(fop::Rename{}), 25u);
  EXPECT_EQ(stamps_of(fop::Write{}), 3u);
  EXPECT_EQ(stamps_of(fop::Truncate{}), 3u);
  EXPECT_EQ(stamps_of(fop::Ftruncate{}), 3u);
  EXPECT_EQ(stamps_of(fop::Fallocate{}), 6u);
  EXPECT_EQ(stamps_of(fop::Zerofill{}), 6u);
  EXPECT_EQ(stamps_of(fop::Removexattr{}), 1u);
  EXPECT_EQ(stamps_of(fop::Open{}), 0u);
  EXPECT_EQ(stamps_of(fop::Read{}), 0u);
  EXPECT_EQ(stamps_of(fop::Stat{}), 0u);
  EXPECT_EQ(stamps_of(fop::Discard{}), 0u);
  EXPECT_EQ(stamps_of(fop::CopyFileRange{}), 3u);
}

TEST_F(UtimeTest, SettingTimesSetsThoseTimesOnly) {
  EXPECT_EQ(stamps_of(fop::Setattr{.valid = set_attribute::mode}), 1u);
  EXPECT_EQ(stamps_of(fop::Fsetattr{.valid = set_attribute::uid | set_attribute::gid}), 1u);
  EXPECT_EQ(stamps_of(fop::Setattr{.valid = set_attribute::accessed | set_attribute::modified}), 0u);
  EXPECT_EQ(stamps_of(fop::Setattr{.valid = set_attribute::mode | set_attribute::modified}), 1u);
}

TEST_F(UtimeTest, TheTimeIsTheCallers) {
  simulation_.run_for(std::chrono::seconds(5));
  ask(utime_, caller_, fop::Write{});
  const Call& seen = leaf_.asked<fop::Write>().back().first;
  EXPECT_EQ(seen.time, world_.wall_clock());
  EXPECT_EQ(seen.uid, 1000u);
  EXPECT_EQ(seen.groups, std::vector<std::uint32_t>{4});
}

class UtimeWithAccessTimes : public UtimeTest {
 protected:
  UtimeWithAccessTimes() : UtimeTest({.keep_access_times = false}) {}
};

TEST_F(UtimeWithAccessTimes, ReadingStamps) {
  EXPECT_EQ(stamps_of(fop::Open{}), 4u);
  EXPECT_EQ(stamps_of(fop::Opendir{}), 4u);
  EXPECT_EQ(stamps_of(fop::Read{}), 4u);
  EXPECT_EQ(stamps_of(fop::CopyFileRange{}), 7u);
}

Iatt dated() {
  Iatt iatt;
  iatt.gfid = fixed_gfid(99);
  iatt.accessed = {1, 10};
  iatt.modified = {2, 20};
  iatt.changed = {3, 30};
  return iatt;
}

TEST_F(UtimeTest, AnObjectWithoutTimesGetsTheOnesItShows) {
  leaf_.answer<fop::Lookup>(
      [](const Call&, const fop::Lookup&) { return Result<fop::Lookup::Reply>(fop::Lookup::Reply{.iatt = dated()}); });
  auto question = ask(utime_, caller_, fop::Lookup{.parent = root_gfid, .name = "old"});
  EXPECT_EQ(question->error(), 0);
  EXPECT_EQ(leaf_.asked<fop::Lookup>().back().second.xdata.number("trusted.glusterfs.mdata"), 1);
  ASSERT_EQ(leaf_.asked<fop::Setxattr>().size(), 1u);
  const auto& [call, setxattr] = leaf_.asked<fop::Setxattr>().front();
  EXPECT_EQ(call.pid, internal_pid::set_times);
  EXPECT_EQ(call.uid, 0u);
  EXPECT_TRUE(call.groups.empty());
  EXPECT_EQ(setxattr.gfid, fixed_gfid(99));
  const Value* times = setxattr.values.find("set-ctime-mdata");
  ASSERT_NE(times, nullptr);
  EXPECT_EQ(*times, Value(Times{{1, 10}, {2, 20}, {3, 30}}));
}

TEST_F(UtimeTest, AnObjectWithTimesKeepsThem) {
  leaf_.answer<fop::Lookup>([](const Call&, const fop::Lookup&) {
    fop::Lookup::Reply reply{.iatt = dated()};
    reply.xdata.set_bytes("trusted.glusterfs.mdata", as_bytes("something"));
    return Result<fop::Lookup::Reply>(reply);
  });
  ask(utime_, caller_, fop::Lookup{.parent = root_gfid, .name = "new"});
  EXPECT_TRUE(leaf_.asked<fop::Setxattr>().empty());
}

TEST_F(UtimeTest, AFailedRepairDoesNotFailTheLookup) {
  leaf_.answer<fop::Lookup>(
      [](const Call&, const fop::Lookup&) { return Result<fop::Lookup::Reply>(fop::Lookup::Reply{.iatt = dated()}); });
  leaf_.answer<fop::Setxattr>(
      [](const Call&, const fop::Setxattr&) -> Result<fop::Acknowledged> { return failed(EROFS); });
  auto question = ask(utime_, caller_, fop::Lookup{.parent = root_gfid, .name = "old"});
  ASSERT_EQ(question->error(), 0);
  EXPECT_EQ(question->reply().iatt, dated());
}

TEST_F(UtimeTest, AFailedLookupRepairsNothing) {
  leaf_.answer<fop::Lookup>(
      [](const Call&, const fop::Lookup&) -> Result<fop::Lookup::Reply> { return failed(ENOENT); });
  auto question = ask(utime_, caller_, fop::Lookup{.parent = root_gfid, .name = "none"});
  EXPECT_EQ(question->error(), ENOENT);
  EXPECT_TRUE(leaf_.asked<fop::Setxattr>().empty());
}

}  // namespace
}  // namespace mortar
