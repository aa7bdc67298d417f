#include "translators/fuse/look_ahead.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/testing.h"
#include "wire/own_keys.h"

namespace mortar::fuse {
namespace {

using namespace mortar::testing;
using namespace std::chrono_literals;

class LookAheadTest : public ::testing::Test {
 protected:
  LookAheadTest() {
    leaf_->answer<fop::Opendir>([](const Call&, const fop::Opendir& opendir) {
      fop::Opened reply;
      reply.fd.open = std::make_shared<Descriptor>(opendir.gfid, 0, true);
      return Result<fop::Opened>(std::move(reply));
    });
    leaf_->answer<fop::Readdirp>([this](const Call&, const fop::Readdirp& readdirp) { return list(readdirp); });
    leaf_->answer<fop::Releasedir>(
        [](const Call&, const fop::Releasedir&) { return Result<fop::Acknowledged>(fop::Acknowledged{}); });
  }
  ~LookAheadTest() override {
    look_ahead_.forget_all();
    run_ready();
    EXPECT_EQ(tasks_.running(), 0U);
    EXPECT_EQ(leaf_->asked<fop::Opendir>().size(), leaf_->asked<fop::Releasedir>().size());
  }

  // Ten at a time.
  Result<fop::Readdirp::Reply> list(const fop::Readdirp& readdirp) const {
    fop::Readdirp::Reply reply;
    for (std::uint64_t at = readdirp.offset; at < std::min(files_, readdirp.offset + 10); ++at) {
      EntryPlus entry;
      entry.name = fmt::format("f{}", at);
      entry.offset = at + 1;
      entry.iatt.gfid = fixed_gfid(static_cast<std::uint8_t>(100 + at));
      entry.iatt.mode = at == 5 ? 040755 : 0100644;
      entry.iatt.links = at == 6 ? 2 : 1;
      reply.entries.elements.push_back(std::move(entry));
    }
    reply.op_errno = readdirp.offset + 10 >= files_ ? ENOENT : 0;
    return reply;
  }
  static Call user(std::uint32_t uid) {
    Call call;
    call.uid = uid;
    return call;
  }
  void look_up(int times = 1, const Gfid& directory = fixed_gfid(1)) {
    for (int time = 0; time < times; ++time) look_ahead_.looked_up(Call{}, source(), directory);
    run_ready();
  }
  // Most of a directory is used.
  void it_pays() {
    look_up(4);
    EXPECT_TRUE(knows(0));
  }
  void read(int times = 1) {
    for (int time = 0; time < times; ++time) look_ahead_.read(Call{}, source(), fixed_gfid(1));
    run_ready();
  }
  bool knows(int number, Call call = {}, const Gfid& directory = fixed_gfid(1)) {
    const auto known = look_ahead_.find(call, directory, fmt::format("f{}", number));
    run_ready();
    return known && known->iatt.gfid == fixed_gfid(static_cast<std::uint8_t>(100 + number));
  }
  LookAhead::Source source() const { return {leaf_, 4096}; }
  std::size_t parts() { return leaf_->asked<fop::Readdirp>().size(); }

  std::uint64_t files_ = 8;
  std::uint64_t changes_ = 0;
  Simulation simulation_{1};
  SimulatedWorld& world_ = simulation_.add_host("client", "10.0.0.1").start_process("mount");
  std::shared_ptr<FakeLeaf> leaf_ = std::make_shared<FakeLeaf>();
  TaskSet tasks_;
  LookAhead look_ahead_{world_, tasks_, [this] { return Asked{world_.now(), 0}; }, changes_};
};

TEST_F(LookAheadTest, WhoLooksUpSeveralFilesGetsTheOthers) {
  look_up(3);
  EXPECT_FALSE(knows(1));
  EXPECT_EQ(parts(), 0U);
  look_up();
  EXPECT_EQ(parts(), 1U);
  EXPECT_TRUE(knows(1));
  EXPECT_FALSE(knows(1)) << "told once";
  EXPECT_FALSE(knows(5)) << "a directory";
  EXPECT_FALSE(knows(6)) << "it may be changed by its other name";
  EXPECT_FALSE(knows(2, user(1000)));
  EXPECT_FALSE(knows(2, Call{}, fixed_gfid(2)));
  EXPECT_TRUE(knows(2));
}

TEST_F(LookAheadTest, ItIsForASecond) {
  look_up(4);
  simulation_.run_for(999ms);
  EXPECT_TRUE(knows(1));
  simulation_.run_for(1ms);
  EXPECT_FALSE(knows(2));
}

TEST_F(LookAheadTest, NotOnceSomethingWasChangedOrHeardOf) {
  look_up(4);
  ++changes_;
  EXPECT_FALSE(knows(1));
  look_up(4);
  EXPECT_TRUE(knows(1));
  look_ahead_.forget_all();
  EXPECT_FALSE(knows(2));
}

TEST_F(LookAheadTest, WhatIsOnItsWayMeanwhileIsNotKept) {
  Event gate;
  leaf_->answer_later<fop::Readdirp>([&](const Call&, const fop::Readdirp& readdirp) -> Task<fop::Readdirp::Reply> {
    Result<fop::Readdirp::Reply> reply = list(readdirp);
    co_await gate.wait();
    co_return std::move(reply);
  });
  look_up(4);
  look_ahead_.forget_all();
  look_up();
  gate.set();
  run_ready();
  EXPECT_FALSE(knows(1));
}

TEST_F(LookAheadTest, ContentComesWhereFilesAreRead) {
  look_up(4);
  EXPECT_FALSE(leaf_->asked<fop::Readdirp>().back().second.xdata.has(own_key::listed_content));
  read(3);
  EXPECT_EQ(leaf_->asked<fop::Readdirp>().back().second.xdata.number(own_key::listed_content), 4096);
  const std::size_t before = parts();
  read(20);
  EXPECT_EQ(parts(), before) << "once in a second";
}

TEST_F(LookAheadTest, MoreComesWhereWhatCameIsUsed) {
  files_ = 100;
  look_up(4);
  EXPECT_EQ(parts(), 2U) << "half of the first eight were used";
  for (const int number : {0, 1, 2, 3}) EXPECT_TRUE(knows(number));
  EXPECT_EQ(parts(), 2U);
  EXPECT_TRUE(knows(4));
  EXPECT_EQ(parts(), 3U);
  EXPECT_FALSE(knows(50));
}

TEST_F(LookAheadTest, ThatItPaysIsLearnt) {
  it_pays();
  look_up(1, fixed_gfid(2));
  EXPECT_EQ(parts(), 2U);
  EXPECT_TRUE(knows(1, Call{}, fixed_gfid(2)));
}

TEST_F(LookAheadTest, ThatItDoesNotPayIsLearnt) {
  files_ = 1000;
  look_up(4);
  for (int time = 0; time < 6; ++time) knows(time);
  const std::size_t before = parts();
  leaf_->answer<fop::Readdirp>([this](const Call&, const fop::Readdirp&) {
    fop::Readdirp::Reply all;
    for (std::uint64_t offset = 0; offset < files_; offset += 10) {
      const fop::Readdirp part{.offset = offset};
      for (EntryPlus& entry : list(part)->entries.elements) all.entries.elements.push_back(std::move(entry));
    }
    return Result<fop::Readdirp::Reply>(std::move(all));
  });
  for (int number = 2; number < 6; ++number) {
    look_up(1, fixed_gfid(static_cast<std::uint8_t>(number)));
    simulation_.run_for(1s);
  }
  EXPECT_EQ(parts(), before + 1) << "hardly anything of the second directory was used";
}

TEST_F(LookAheadTest, WhereFilesAreMadeItDoesNotPay) {
  it_pays();
  look_up(1, fixed_gfid(2));
  ++changes_;
  look_up(1, fixed_gfid(2));
  ++changes_;
  const std::size_t before = parts();
  look_up(3, fixed_gfid(2));
  EXPECT_EQ(parts(), before);
}

TEST_F(LookAheadTest, WhatIsOnlyPassedThroughSaysNothing) {
  it_pays();
  files_ = 0;
  for (int time = 0; time < 3; ++time) {
    TaskSet running;
    running.start(look_ahead_.prepare(Call{}, source(), fixed_gfid(2), "sub"));
    run_ready();
    look_ahead_.passed(Call{}, fixed_gfid(2));
    simulation_.run_for(1s);
  }
  files_ = 8;
  const std::size_t before = parts();
  look_up(1, fixed_gfid(3));
  EXPECT_EQ(parts(), before + 1);
}

TEST_F(LookAheadTest, WhatIsBeingListedIsWaitedForWhereThatPays) {
  it_pays();
  Event gate;
  leaf_->answer_later<fop::Readdirp>([&](const Call&, const fop::Readdirp& readdirp) -> Task<fop::Readdirp::Reply> {
    Result<fop::Readdirp::Reply> reply = list(readdirp);
    co_await gate.wait();
    co_return std::move(reply);
  });
  bool is_prepared = false;
  const auto prepare = [&](Gfid directory, LookAhead::Source from) -> Task<> {
    co_await look_ahead_.prepare(Call{}, from, directory, "f1");
    is_prepared = true;
    co_return done;
  };
  TaskSet running;
  running.start(prepare(fixed_gfid(2), source()));
  run_ready();
  EXPECT_FALSE(is_prepared);
  gate.set();
  run_ready();
  EXPECT_TRUE(is_prepared);
  EXPECT_TRUE(knows(1, Call{}, fixed_gfid(2)));

  gate.reset();
  is_prepared = false;
  running.start(prepare(fixed_gfid(3), source()));
  simulation_.run_for(5ms);
  EXPECT_TRUE(is_prepared) << "not for long";
  gate.set();
  run_ready();
}

TEST_F(LookAheadTest, WhoMayNotListIsNotAskedAgainAndAgain) {
  leaf_->answer<fop::Opendir>([](const Call&, const fop::Opendir&) { return Result<fop::Opened>(failed(EACCES)); });
  look_up(20);
  EXPECT_EQ(leaf_->asked<fop::Opendir>().size(), 1U);
  leaf_->asked<fop::Opendir>().clear();
  EXPECT_FALSE(knows(1));
}

}  // namespace
}  // namespace mortar::fuse
