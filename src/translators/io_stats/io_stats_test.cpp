#include "translators/io_stats/io_stats.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "simulation/simulation.h"
#include "translators/testing.h"
#include "wire/messages/callbacks.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using testing::ask;
using testing::FakeLeaf;
using testing::NoticeBoard;

constexpr const char* brick = "/bricks/b";

// Answers each operation a while later.
template <class Operation>
Task<typename Operation::Reply> later(World& world, Duration delay, typename Operation::Reply reply) {
  co_await world.sleep(delay);
  co_return std::move(reply);
}

class IoStatsTest : public ::testing::Test {
 protected:
  void use(IoStatsOptions options) {
    stats_ = std::make_unique<IoStats>(world_, brick, std::move(options));
    stats_->add_child(leaf_);
    board_ = std::make_unique<NoticeBoard>();
    board_->add_child(*stats_);
    leaf_.answer<fop::Getxattr>([](const Call&, const fop::Getxattr& asked) -> Result<fop::Values> {
      if (asked.gfid == fixed_gfid(0xee)) return failed(ESTALE);
      fop::Values values;
      values.values.set_text("glusterfs.pathinfo",
                             std::string("<POSIX(/bricks/b):host:/bricks/b/file-") + asked.gfid.text().back() + ">");
      return values;
    });
  }
  void use_measuring() { use({.counts_operations = true, .takes_times = true, .unique_id = brick}); }
  void use_idle() { use({.unique_id = brick}); }

  template <class Operation>
  void perform(Operation operation) {
    ask(*stats_, caller_, operation);
  }
  template <class Operation>
  void takes(Duration delay, typename Operation::Reply reply = {}) {
    leaf_.answer_later<Operation>(
        [this, delay, reply](const Call&, const Operation&) { return later<Operation>(world_, delay, reply); });
  }
  template <class Operation>
  void perform_slowly(Operation operation) {
    auto question = ask(*stats_, caller_, operation);
    simulation_.run_for(1s);
    EXPECT_TRUE(question->answered());
  }
  Dictionary tell(std::initializer_list<std::pair<const char*, const char*>> asked) {
    Dictionary request;
    for (const auto& [key, value] : asked) request.set_text(key, value);
    Result<Dictionary> answer = failed(ETIMEDOUT);
    TaskSet tasks;
    tasks.start([](IoStats& stats, Dictionary wanted, Result<Dictionary>& into) -> Task<> {
      into = co_await stats.tell(std::move(wanted));
      co_return done;
    }(*stats_, std::move(request), answer));
    run_ready();
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(Dictionary{});
  }

  Simulation simulation_{1};
  SimulatedWorld& world_ = simulation_.add_host("brick", "10.0.0.1").start_process("glusterfsd");
  FakeLeaf leaf_;
  std::unique_ptr<IoStats> stats_;
  std::unique_ptr<NoticeBoard> board_;
  Call caller_;
};

fop::Write write_of(const Gfid& gfid, std::size_t bytes) {
  fop::Write write{.gfid = gfid, .size = static_cast<std::uint32_t>(bytes)};
  write.data.bytes = Slice::copy(as_bytes(std::string(bytes, 'x')));
  return write;
}

TEST_F(IoStatsTest, NumbersAndNamesAreStocks) {
  constexpr auto names = fop::counted_names();
  for (const char* name : names) EXPECT_NE(name, nullptr);
  EXPECT_EQ(fop::counted_number<fop::Lookup>(), 27U);
  EXPECT_EQ(fop::counted_number<fop::Readdirp>(), 40U);
  EXPECT_STREQ(names[42], "RELEASE");
  EXPECT_STREQ(names[45], "FREMOVEXATTR");
  EXPECT_STREQ(names[50], "SEEK");
  EXPECT_STREQ(names[51], "LEASE");
  EXPECT_STREQ(names[53], "GETACTIVELK");
  EXPECT_STREQ(names[55], "PUT");
  EXPECT_STREQ(names[57], "NAMELINK");
  EXPECT_STREQ(names[58], "COPY_FILE_RANGE");
}

TEST_F(IoStatsTest, CountsAndTakesTimes) {
  use_measuring();
  takes<fop::Stat>(2ms);
  perform_slowly(fop::Stat{.gfid = fixed_gfid(1)});
  takes<fop::Stat>(6ms);
  perform_slowly(fop::Stat{.gfid = fixed_gfid(1)});
  leaf_.answer<fop::Lookup>(
      [](const Call&, const fop::Lookup&) -> Result<fop::Lookup::Reply> { return failed(ENOENT); });
  perform(fop::Lookup{.parent = root_gfid, .name = "missing"});
  const Dictionary told = tell({{"info-op", "3"}});
  EXPECT_EQ(told.text("cumulative"), "-1");
  EXPECT_FALSE(told.has("interval"));
  EXPECT_EQ(told.number("-1-1-hits"), 2);
  EXPECT_EQ(told.text("-1-1-avglatency"), "4000000.000000");
  EXPECT_EQ(told.text("-1-1-minlatency"), "2000000.000000");
  EXPECT_EQ(told.text("-1-1-maxlatency"), "6000000.000000");
  EXPECT_EQ(told.number("-1-27-hits"), 1);  // what fails is counted as well
  EXPECT_EQ(told.number("-1-duration"), 2);
}

TEST_F(IoStatsTest, SizesGoByPowersOfTwo) {
  use_measuring();
  fop::Read::Reply read;
  read.data.bytes = Slice::copy(as_bytes(std::string(4096, 'x')));
  leaf_.answer<fop::Read>([&read](const Call&, const fop::Read&) { return Result<fop::Read::Reply>(read); });
  perform(fop::Read{.gfid = fixed_gfid(2), .size = 65536});
  for (std::size_t size : {0, 1, 3, 4095, 131072}) perform(write_of(fixed_gfid(2), size));
  leaf_.answer<fop::Write>([](const Call&, const fop::Write&) -> Result<fop::Changed> { return failed(ENOSPC); });
  perform(write_of(fixed_gfid(2), 512));
  const Dictionary told = tell({{"info-op", "1"}});
  EXPECT_EQ(told.number("-1-read-4096"), 1);
  EXPECT_EQ(told.number("-1-total-read"), 4096);
  EXPECT_EQ(told.number("-1-write-1"), 2);
  EXPECT_EQ(told.number("-1-write-2"), 1);
  EXPECT_EQ(told.number("-1-write-2048"), 1);
  EXPECT_EQ(told.number("-1-write-131072"), 1);
  EXPECT_FALSE(told.has("-1-write-512"));
  EXPECT_EQ(told.number("0-total-write"), 0 + 1 + 3 + 4095 + 131072);
  EXPECT_EQ(told.number("-1-13-hits"), 6);
}

TEST_F(IoStatsTest, AnIntervalEndsWhenItIsTold) {
  use_measuring();
  perform(fop::Stat{});
  EXPECT_EQ(tell({{"info-op", "1"}, {"peek", "1"}}).number("0-1-hits"), 1);
  EXPECT_EQ(tell({{"info-op", "2"}, {"peek", "0"}}).number("0-1-hits"), 1);
  const Dictionary next = tell({{"info-op", "2"}, {"peek", "0"}});
  EXPECT_EQ(next.number("interval"), 1);
  EXPECT_FALSE(next.has("1-1-hits"));
  EXPECT_EQ(tell({{"info-op", "3"}}).number("-1-1-hits"), 1);
  EXPECT_EQ(tell({{"info-op", "4"}}).number("stats-cleared"), 1);
  const Dictionary cleared = tell({{"info-op", "1"}});
  EXPECT_EQ(cleared.number("interval"), 0);
  EXPECT_FALSE(cleared.has("-1-1-hits"));
}

TEST_F(IoStatsTest, WithoutOptionsNothingIsMeasured) {
  use_idle();
  perform(fop::Stat{});
  perform(write_of(fixed_gfid(2), 100));
  EXPECT_TRUE(stats_->cumulative().idle());
  EXPECT_EQ(stats_->cumulative().writes.bytes, 0U);
  // From the moment that somebody measures.
  simulation_.run_for(100s);
  VolumeSection section{.name = brick, .type = IoStats::type};
  for (const char* key : {"latency-measurement", "count-fop-hits"}) section.set_option(key, "on");
  section.set_option("unique-id", brick);
  ASSERT_TRUE(stats_->reconfigure(section).has_value());
  simulation_.run_for(5s);
  perform(fop::Stat{});
  const Dictionary told = tell({{"info-op", "3"}});
  EXPECT_EQ(told.number("-1-1-hits"), 1);
  EXPECT_EQ(told.number("-1-duration"), 5);
}

TEST_F(IoStatsTest, TheMostUsedFilesComeFirst) {
  use_idle();
  for (int time = 0; time < 3; ++time) perform(fop::Read{.gfid = fixed_gfid(2)});
  perform(fop::Read{.gfid = fixed_gfid(1)});
  for (int time = 0; time < 2; ++time) perform(fop::Read{.gfid = fixed_gfid(0xee)});
  perform(fop::Read{.gfid = fixed_gfid(4)});
  perform(write_of(fixed_gfid(4), 1));
  const Dictionary told = tell({{"top-op", "2"}, {"list-cnt", "100"}});
  EXPECT_EQ(told.number("top-op"), 2);
  EXPECT_EQ(told.number("members"), 4);
  EXPECT_EQ(told.text("filename-1"), "/file-2");
  EXPECT_EQ(told.number("value-1"), 3);
  EXPECT_EQ(told.text("filename-2"), "<gfid:00000000-0000-0000-0000-0000000000ee>");
  EXPECT_EQ(told.text("filename-3"), "/file-4");  // of equals the one used last
  EXPECT_EQ(told.text("filename-4"), "/");
  EXPECT_EQ(tell({{"top-op", "2"}, {"list-cnt", "1"}}).number("members"), 1);
  EXPECT_EQ(tell({{"top-op", "2"}, {"list-cnt", "0"}}).number("members"), 0);
  EXPECT_EQ(tell({{"clear-stats", "1"}}).number("stats-cleared"), 1);
  EXPECT_EQ(tell({{"top-op", "2"}, {"list-cnt", "100"}}).number("members"), 0);
}

TEST_F(IoStatsTest, OpenFilesAreThoseThatWereOpenedAndNotReleased) {
  use_idle();
  for (std::uint8_t file = 1; file <= 3; ++file) perform(fop::Open{.gfid = fixed_gfid(file)});
  perform(fop::Create{.parent = root_gfid, .name = "new"});
  leaf_.answer<fop::Open>([](const Call&, const fop::Open&) -> Result<fop::Opened> { return failed(EACCES); });
  perform(fop::Open{.gfid = fixed_gfid(9)});
  perform(fop::Release{.gfid = fixed_gfid(1)});
  perform(fop::Opendir{.gfid = fixed_gfid(5)});
  const Dictionary told = tell({{"top-op", "1"}, {"list-cnt", "100"}});
  EXPECT_EQ(told.number("current-open"), 3);
  EXPECT_EQ(told.number("max-open"), 4);
  EXPECT_TRUE(told.text("max-openfd-time")->ends_with(" +0000"));
  EXPECT_EQ(told.number("members"), 3);
  EXPECT_EQ(tell({{"top-op", "4"}, {"list-cnt", "100"}}).number("members"), 1);
}

TEST_F(IoStatsTest, TheBestSpeedOfAFileCounts) {
  use_measuring();
  takes<fop::Write>(1ms);
  perform_slowly(write_of(fixed_gfid(2), 1 << 20));
  takes<fop::Write>(10ms);
  perform_slowly(write_of(fixed_gfid(2), 1 << 20));
  const Dictionary told =
      tell({{"top-op", "7"}, {"list-cnt", "3"}, {"throughput", "12.500000"}, {"time", "80.000000"}});
  EXPECT_EQ(told.number("members"), 1);
  EXPECT_EQ(told.number("value-1"), 1048);
  EXPECT_TRUE(told.has("time-sec-1") && told.has("time-usec-1"));
  EXPECT_EQ(told.text("throughput"), "12.500000");
  EXPECT_EQ(told.text("time"), "80.000000");
  EXPECT_EQ(tell({{"top-op", "6"}, {"list-cnt", "3"}}).number("members"), 0);
}

TEST_F(IoStatsTest, NoticesAreCountedByWhatTheyAreAbout) {
  use_measuring();
  notice::CacheInvalidation changed;
  changed.flags = invalidate::xattr_set | invalidate::times;
  stats_->notified(changed, leaf_);
  changed.flags = invalidate::links | invalidate::times;
  stats_->notified(changed, leaf_);
  stats_->notified(notice::ChildUp{}, leaf_);
  const Dictionary told = tell({{"info-op", "3"}});
  EXPECT_EQ(told.number("-1-1-upcall-hits"), 2);
  EXPECT_EQ(told.number("-1-2-upcall-hits"), 2);
  EXPECT_EQ(told.number("-1-3-upcall-hits"), 1);
  EXPECT_EQ(told.number("-1-5-upcall-hits"), 1);
  EXPECT_FALSE(told.has("-1-4-upcall-hits"));
  EXPECT_EQ(board_->notices.size(), 3U);
}

TEST_F(IoStatsTest, TheStateShowsWhatIsMeasured) {
  use_measuring();
  takes<fop::Stat>(1us);
  perform_slowly(fop::Stat{});
  std::string out;
  stats_->dump_state(out);
  EXPECT_TRUE(out.starts_with("cumulative.data_read=0\ncumulative.data_written=0\n")) << out;
  EXPECT_TRUE(out.contains("/bricks/b.cumulative.STAT=1,1000,1000.000,1000.000,1000.000\n")) << out;
}

TEST_F(IoStatsTest, FilesAreWrittenAtIntervals) {
  stats_ = std::make_unique<IoStats>(world_, brick,
                                     IoStatsOptions{.counts_operations = true,
                                                    .takes_times = true,
                                                    .unique_id = brick,
                                                    .dump_interval = 5s,
                                                    .sample_interval = 2},
                                     IoStatsFolders{.stats = "/stats", .samples = "/samples"});
  stats_->add_child(leaf_);
  ask(*stats_, caller_, fop::Stat{});
  TaskSet starting;
  starting.start(stats_->start());
  caller_.uid = 7;
  for (int turn = 0; turn < 3; ++turn) perform(fop::Stat{});
  fop::Write write{.gfid = fixed_gfid(9), .size = 4096};
  write.data.bytes = Slice::copy(std::string(4096, 'x'));
  perform(std::move(write));
  EXPECT_FALSE(world_.files().read_file("/stats/glusterfsd__bricks_b.dump"));
  simulation_.run_for(6s);
  const Result<std::string> stats = world_.files().read_file("/stats/glusterfsd__bricks_b.dump");
  ASSERT_TRUE(stats);
  EXPECT_TRUE(stats->contains("\"gluster.brick._bricks_b.aggr.fop.stat.count\": 4,\n")) << *stats;
  EXPECT_TRUE(stats->contains("\"gluster.brick._bricks_b.aggr.write_4kb\": 1,\n")) << *stats;
  EXPECT_TRUE(stats->contains("\"gluster.brick._bricks_b.inter.fop.weighted_latency_ave_usec\": ")) << *stats;
  const auto first = nlohmann::json::parse(stats->substr(0, stats->find("\n}\n") + 2));
  EXPECT_EQ(first["gluster.brick._bricks_b.aggr.bytes_written"], 4096);
  const Result<std::string> samples = world_.files().read_file("/samples/glusterfsd__bricks_b.samp");
  ASSERT_TRUE(samples);
  EXPECT_EQ(std::ranges::count(*samples, '\n'), 2) << *samples;
  EXPECT_TRUE(samples->contains(",HIGH,STAT,0,_bricks_b,N/A,7,0,Unknown,Unknown\n")) << *samples;
  simulation_.run_for(6s);
  EXPECT_EQ(world_.files().read_file("/samples/glusterfsd__bricks_b.samp").value_or("none"), "") << "told once";
  const Result<std::string> later_stats = world_.files().read_file("/stats/glusterfsd__bricks_b.dump");
  ASSERT_TRUE(later_stats);
  EXPECT_TRUE(later_stats->contains("inter.fop.stat.per_sec\": 0.00,\n")) << *later_stats;
  starting.start(stats_->stop());
  simulation_.run_for(1s);
}

TEST(FileCounts, KeepsTheLeadersAndIsBounded) {
  io_stats::FileCounts files;
  const auto gfid = [](std::uint32_t number) {
    Gfid made;
    std::memcpy(made.bytes.data() + 8, &number, sizeof number);
    return made;
  };
  for (int time = 0; time < 50; ++time) files.count(io_stats::Top::open, gfid(7));
  for (std::uint32_t number = 100; number < 50'000; ++number) {
    files.count(io_stats::Top::read, gfid(number));
    ASSERT_LE(files.size(), io_stats::FileCounts::most_files);
  }
  const auto opened = files.table(io_stats::Top::open, 10);
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].gfid, gfid(7));
  EXPECT_EQ(opened[0].value, 50U);
  const auto read = files.table(io_stats::Top::read, 1000);
  ASSERT_EQ(read.size(), io_stats::FileCounts::longest_table);
  EXPECT_EQ(read[0].gfid, gfid(49'999));
}

}  // namespace
}  // namespace mortar
