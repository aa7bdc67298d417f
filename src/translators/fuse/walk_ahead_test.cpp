#include "translators/fuse/walk_ahead.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar::fuse {
namespace {

using namespace mortar::testing;
using namespace std::chrono_literals;

constexpr std::size_t page_size = 4096;

class WalkAheadTest : public ::testing::Test {
 protected:
  WalkAheadTest() {
    leaf_->answer<fop::Opendir>([](const Call&, const fop::Opendir& opendir) {
      fop::Opened reply;
      reply.fd.open = std::make_shared<Descriptor>(opendir.gfid, 0, true);
      return Result<fop::Opened>(std::move(reply));
    });
    leaf_->answer<fop::Releasedir>(
        [](const Call&, const fop::Releasedir&) { return Result<fop::Acknowledged>(fop::Acknowledged{}); });
  }
  ~WalkAheadTest() override {
    walk_ahead_.forget_all();
    run_ready();
    EXPECT_EQ(tasks_.running(), 0U);
    EXPECT_EQ(leaf_->asked<fop::Opendir>().size(), leaf_->asked<fop::Releasedir>().size() + taken_);
  }

  static Gfid parent() { return fixed_gfid(1); }
  static Gfid sub(int number) { return fixed_gfid(static_cast<std::uint8_t>(100 + number)); }

  // d0 and so on in this order, and a file between each two.
  void parent_is_listed(const std::vector<int>& order) {
    FetchedEntries entries{.with_attributes = true};
    for (int number : order) {
      EntryPlus directory{.name = fmt::format("d{}", number)};
      directory.iatt.gfid = sub(number);
      directory.iatt.mode = 040755;
      EntryPlus file{.name = fmt::format("f{}", number)};
      file.iatt.gfid = fixed_gfid(static_cast<std::uint8_t>(200 + number));
      file.iatt.mode = 0100644;
      entries.entries.push_back(std::move(directory));
      entries.entries.push_back(std::move(file));
    }
    walk_ahead_.listed(Call{}, parent(), entries);
  }
  // Whether it was listed ahead.
  bool opens(int number, const Call& call = {}) {
    Result<WalkAhead::Listed> listed = failed(EINPROGRESS);
    TaskSet running;
    running.start(open(number, call, listed));
    run_ready();
    if (!listed) EXPECT_EQ(listed.error().number(), ENODATA);
    if (listed) EXPECT_EQ(listed->page.entries.front().name, sub(number).text());
    return listed.has_value();
  }
  // The same of one that is just being listed, with something that happens meanwhile.
  template <class Meanwhile>
  bool opens_while_listed(int number, Meanwhile meanwhile) {
    Result<WalkAhead::Listed> listed = failed(EINPROGRESS);
    TaskSet running;
    running.start(open(number, Call{}, listed));
    run_ready();
    EXPECT_EQ(listed.error().number(), EINPROGRESS) << "it is waited for";
    meanwhile();
    gate_.set();
    run_ready();
    return listed.has_value();
  }
  Task<> open(int number, Call call, Result<WalkAhead::Listed>& listed) {
    listed = co_await walk_ahead_.open(call, leaf_, parent(), sub(number), page_size);
    if (listed) ++taken_;
    co_return done;
  }
  Task<FetchedEntries> first_page(Gfid gfid, std::size_t size) {
    EXPECT_EQ(size, page_size);
    ++pages_;
    if (!gate_.is_set()) {
      co_await gate_.wait();
    }
    if (fails_) co_return failed(EACCES);
    FetchedEntries page;
    page.entries.push_back({.name = gfid.text()});
    co_return std::move(page);
  }

  std::uint64_t changes_ = 0;
  std::size_t pages_ = 0, taken_ = 0;
  bool fails_ = false;
  Event gate_;
  Simulation simulation_{1};
  SimulatedWorld& world_ = simulation_.add_host("client", "10.0.0.1").start_process("mount");
  std::shared_ptr<FakeLeaf> leaf_ = std::make_shared<FakeLeaf>();
  TaskSet tasks_;
  WalkAhead walk_ahead_{world_, tasks_,
                        [this](Call, std::shared_ptr<Translator>, Gfid gfid, Fd, std::size_t size) {
                          return first_page(gfid, size);
                        },
                        changes_};
};

TEST_F(WalkAheadTest, WhoGoesOnInTheOrderOfNamesFindsTheNextOnes) {
  gate_.set();
  parent_is_listed({3, 0, 4, 1, 2, 5});
  EXPECT_FALSE(opens(0));
  EXPECT_EQ(pages_, 0U);
  EXPECT_FALSE(opens(1));
  EXPECT_EQ(pages_, 1U);
  EXPECT_TRUE(opens(2));
  EXPECT_EQ(pages_, 3U) << "two, as it goes on";
  for (int number : {3, 4, 5}) EXPECT_TRUE(opens(number));
  EXPECT_EQ(pages_, 4U) << "and each once";
}

TEST_F(WalkAheadTest, OrInThatOfTheListing) {
  gate_.set();
  parent_is_listed({3, 0, 4, 1, 2, 5});
  EXPECT_FALSE(opens(3));
  EXPECT_FALSE(opens(0));
  for (int number : {4, 1, 2, 5}) EXPECT_TRUE(opens(number));
}

TEST_F(WalkAheadTest, WhoOpensThemInNoOrderCausesNothing) {
  gate_.set();
  parent_is_listed({0, 1, 2, 3, 4, 5});
  for (int number : {5, 0, 3, 1, 4, 2}) EXPECT_FALSE(opens(number));
  EXPECT_EQ(pages_, 0U);
}

TEST_F(WalkAheadTest, WhatIsBeingListedIsWaitedFor) {
  parent_is_listed({0, 1, 2});
  opens(0);
  opens(1);
  EXPECT_TRUE(opens_while_listed(2, [] {}));
}

TEST_F(WalkAheadTest, ItIsForASecond) {
  gate_.set();
  parent_is_listed({0, 1, 2, 3});
  opens(0);
  opens(1);
  simulation_.run_for(1s);
  EXPECT_EQ(leaf_->asked<fop::Releasedir>().size(), 1U);
  EXPECT_FALSE(opens(2));
}

TEST_F(WalkAheadTest, NotOnceSomethingWasChangedOrHeardOf) {
  gate_.set();
  parent_is_listed({0, 1, 2, 3, 4, 5, 6});
  opens(0);
  opens(1);
  ++changes_;
  EXPECT_FALSE(opens(2));
  EXPECT_TRUE(opens(3));
  walk_ahead_.forget_all();
  EXPECT_FALSE(opens(4));
}

TEST_F(WalkAheadTest, NorWhatWasHeardOfWhileItIsWaitedFor) {
  parent_is_listed({0, 1, 2});
  opens(0);
  opens(1);
  EXPECT_FALSE(opens_while_listed(2, [this] { ++changes_; }));
}

TEST_F(WalkAheadTest, OnlyForTheSameCaller) {
  gate_.set();
  parent_is_listed({0, 1, 2});
  opens(0);
  opens(1);
  Call other;
  other.uid = 1000;
  EXPECT_FALSE(opens(2, other));
  EXPECT_TRUE(opens(2));
}

TEST_F(WalkAheadTest, WhatCannotBeListedIsOpenedAsAlways) {
  gate_.set();
  fails_ = true;
  parent_is_listed({0, 1, 2});
  opens(0);
  opens(1);
  EXPECT_FALSE(opens(2));
  EXPECT_EQ(leaf_->asked<fop::Opendir>().size(), 1U);
}

TEST_F(WalkAheadTest, ThatItDoesNotPayIsLearnt) {
  gate_.set();
  parent_is_listed({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  opens(0);
  opens(1);
  simulation_.run_for(1s);
  opens(2);
  EXPECT_EQ(pages_, 2U);
  simulation_.run_for(1s);
  opens(3);
  EXPECT_EQ(pages_, 2U) << "it takes four steps now";
  opens(4);
  EXPECT_EQ(pages_, 3U);
}

}  // namespace
}  // namespace mortar::fuse
