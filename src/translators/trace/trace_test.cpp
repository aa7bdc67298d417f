#include "translators/trace/trace.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using testing::ask;

class Lines final : public log::Sink {
 public:
  Lines() { log::set_sink(this); }
  ~Lines() override { log::set_sink(nullptr); }
  void write(std::string_view line) override { text += std::string(line) + "\n"; }
  std::string text;
};

class TraceTest : public ::testing::Test {
 protected:
  void use(TraceOptions options) {
    trace_ = std::make_unique<Tracer>(world_, "photos-trace", options);
    trace_->add_child(leaf_);
  }
  std::string history() {
    std::string out;
    trace_->dump_history(out);
    return out;
  }
  template <class Operation>
  void perform(Operation operation) {
    Call call;
    call.uid = 12;
    ask(*trace_, call, std::move(operation));
  }

  Simulation simulation_{1};
  World& world_ = simulation_.add_host("client", "10.0.0.1").start_process("mount");
  testing::FakeLeaf leaf_;
  std::unique_ptr<Tracer> trace_;
};

TEST_F(TraceTest, TellsWhatWasAskedAndAnswered) {
  use({.to_history = true});
  leaf_.answer<fop::Mkdir>([](const Call&, const fop::Mkdir&) -> Result<fop::Made> { return failed(ENOSPC); });
  perform(fop::Lookup{.parent = root_gfid, .name = "a"});
  perform(fop::Mkdir{.parent = root_gfid, .name = "b"});
  const std::string told = history();
  EXPECT_TRUE(told.starts_with("TIME=")) << told;
  EXPECT_TRUE(told.contains("FOP=1: pid=0 uid=12 gid=0 LOOKUP ")) << told;
  EXPECT_TRUE(told.contains("name=\"a\"")) << told;
  EXPECT_TRUE(told.contains("FOP=1: LOOKUP answered op_ret=0")) << told;
  EXPECT_TRUE(told.contains("FOP=2: MKDIR failed: " + Error(ENOSPC).sentence())) << told;
}

TEST_F(TraceTest, IsSilentUnlessToldWhereTo) {
  use({});
  perform(fop::Stat{});
  EXPECT_EQ(history(), "");
  use({.to_log = true});
  const log::Level before = log::level();
  log::set_level(log::Level::info);
  {
    const Lines lines;
    perform(fop::Stat{});
    EXPECT_TRUE(lines.text.contains("0-photos-trace: 1: pid=0 uid=12 gid=0 STAT ")) << lines.text;
    EXPECT_TRUE(lines.text.contains("1: STAT answered ")) << lines.text;
  }
  log::set_level(before);
  EXPECT_EQ(history(), "");
}

TEST_F(TraceTest, OperationsAreChosen) {
  use({.to_history = true, .included = "stat,LOOKUP"});
  perform(fop::Stat{});
  perform(fop::Readlink{});
  EXPECT_TRUE(history().contains("STAT"));
  EXPECT_FALSE(history().contains("READLINK"));
  VolumeSection section{.name = "photos-trace", .type = Tracer::type, .options = {}, .subvolumes = {"below"}};
  section.set_option("log-history", "on");
  section.set_option("exclude-ops", "stat,nothing");
  ASSERT_TRUE(trace_->reconfigure(section));
  perform(fop::Fstat{});
  perform(fop::Stat{});
  EXPECT_TRUE(history().contains("FOP=2: pid=0 uid=12 gid=0 FSTAT"));
  EXPECT_FALSE(history().contains("FOP=3:"));
}

TEST_F(TraceTest, TheHistoryIsBounded) {
  use({.to_history = true, .history_size = 3});
  for (int turn = 0; turn < 5; ++turn) perform(fop::Stat{});
  EXPECT_EQ(std::ranges::count(history(), '\n'), 6);
  EXPECT_FALSE(history().contains("FOP=4: pid="));
  EXPECT_TRUE(history().contains("FOP=5: STAT answered"));
}

TEST(TraceMakeTest, StandsOnOneSubvolume) {
  Simulation simulation{1};
  World& world = simulation.add_host("client", "10.0.0.1").start_process("mount");
  VolumeSection section{.name = "trace", .type = Tracer::type, .options = {}, .subvolumes = {}};
  EXPECT_FALSE(Tracer::make(world, section));
  section.subvolumes = {"below"};
  EXPECT_TRUE(Tracer::make(world, section));
}

}  // namespace
}  // namespace mortar
