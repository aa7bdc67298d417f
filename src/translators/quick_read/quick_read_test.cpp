#include "translators/quick_read/quick_read.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using namespace mortar::testing;
using namespace std::chrono_literals;

class QuickReadTest : public ::testing::Test {
 protected:
  QuickReadTest() {
    top_.add_child(leaf_);
    gate_.set();
    leaf_.answer_later<fop::Lookup>([this](const Call&, const fop::Lookup& lookup) { return answer_lookup(lookup); });
    leaf_.answer<fop::Open>([](const Call&, const fop::Open& open) {
      fop::Opened reply;
      reply.fd.open = std::make_shared<Descriptor>(open.gfid, open.flags, false);
      return Result<fop::Opened>(std::move(reply));
    });
  }
  ~QuickReadTest() override { gate_.set(); }

  Task<fop::Lookup::Reply> answer_lookup(const fop::Lookup& lookup) {
    fop::Lookup::Reply reply;
    reply.iatt.gfid = file_;
    reply.iatt.mode = 0100644;
    reply.iatt.size = content_.size();
    if (lookup.xdata.has(own_key::readable_content) && gives_) {
      reply.xdata.set(own_key::readable_content, Slice::copy(content_));
    }
    co_await gate_.wait();
    co_return std::move(reply);
  }
  static Call user(std::uint32_t uid) {
    Call call;
    call.uid = uid;
    return call;
  }
  auto look_up(Call call = {}) { return ask(top_, call, fop::Lookup{.parent = root_gfid, .name = "f"}); }
  Fd opened(std::uint32_t flags = 0, Call call = {}) {
    return ask(top_, call, fop::Open{.gfid = file_, .flags = flags})->reply().fd;
  }
  // Nothing where the bricks were asked.
  std::optional<std::string> read(const Fd& fd, std::uint64_t offset = 0, std::uint32_t size = 100) {
    const std::size_t before = leaf_.asked<fop::Read>().size();
    auto question = ask(top_, Call{}, fop::Read{.gfid = file_, .fd = fd, .offset = offset, .size = size});
    if (leaf_.asked<fop::Read>().size() != before) return std::nullopt;
    return std::string(question->reply().data.bytes.text());
  }
  bool asked_for_content() const {
    return const_cast<FakeLeaf&>(leaf_).asked<fop::Lookup>().back().second.xdata.has(own_key::readable_content);
  }
  // What is looked up is read from now on.
  void is_used() {
    look_up();
    read(opened());
  }

  const Gfid file_ = fixed_gfid(7);
  std::string content_ = "content";
  bool gives_ = true;
  Event gate_;
  Simulation simulation_{1};
  SimulatedWorld& world_ = simulation_.add_host("client", "10.0.0.1").start_process("mount");
  FakeLeaf leaf_;
  QuickRead top_{world_, "quick-read", {}};
};

TEST_F(QuickReadTest, ContentIsAskedForWhereItIsRead) {
  look_up();
  look_up();
  EXPECT_FALSE(asked_for_content());
  EXPECT_FALSE(read(opened()));
  auto found = look_up();
  EXPECT_TRUE(asked_for_content());
  EXPECT_FALSE(found->reply().xdata.has(own_key::readable_content)) << "nobody else's affair";
  const Fd fd = opened();
  EXPECT_EQ(read(fd, 0, 3), "con");
  EXPECT_EQ(read(fd, 3), "tent");
  EXPECT_FALSE(read(fd)) << "the kernel has it, it is not kept twice";
}

TEST_F(QuickReadTest, ContentComesWithAListingThatAsksForIt) {
  Event gate;
  gate.set();
  leaf_.answer_later<fop::Readdirp>([&](const Call&, const fop::Readdirp&) -> Task<fop::Readdirp::Reply> {
    EntryPlus entry;
    entry.iatt.gfid = file_;
    entry.iatt.mode = 0100644;
    entry.iatt.size = content_.size();
    entry.xattrs.set(own_key::listed_content, Slice::copy(content_));
    fop::Readdirp::Reply reply;
    reply.entries.elements.push_back(std::move(entry));
    co_await gate.wait();
    co_return std::move(reply);
  });
  fop::Readdirp readdirp{.gfid = root_gfid};
  readdirp.xdata.set(own_key::listed_content, std::uint64_t{4096});
  auto listed = ask(top_, Call{}, readdirp);
  EXPECT_FALSE(listed->reply().entries.elements.front().xattrs.has(own_key::listed_content));
  EXPECT_FALSE(read(opened(0, user(1000))));
  EXPECT_EQ(read(opened()), "content");
  look_up();
  EXPECT_FALSE(asked_for_content()) << "that was not looked up";

  gate.reset();
  listed = ask(top_, Call{}, readdirp);
  ask(top_, Call{}, fop::Write{.gfid = file_});
  gate.set();
  run_ready();
  EXPECT_TRUE(listed->answered());
  EXPECT_FALSE(read(opened())) << "it was changed meanwhile";
}

TEST_F(QuickReadTest, NoLongerWhereNothingIsRead) {
  is_used();
  for (int time = 0; time < 40; ++time) look_up();
  EXPECT_FALSE(asked_for_content());
}

TEST_F(QuickReadTest, NoLongerWhereBricksDoNotGiveIt) {
  gives_ = false;
  is_used();
  look_up();
  EXPECT_TRUE(asked_for_content());
  look_up();
  EXPECT_FALSE(asked_for_content());
  EXPECT_FALSE(read(opened()));
}

TEST_F(QuickReadTest, ItIsForWhoLookedItUpAndOnlyReads) {
  is_used();
  look_up();
  EXPECT_FALSE(read(opened(0, user(1000)))) << "may not be allowed to open it";
  EXPECT_FALSE(read(opened(open_flag::read_write)));
  EXPECT_FALSE(read(opened(open_flag::direct)));
  EXPECT_EQ(read(opened()), "content");
}

TEST_F(QuickReadTest, ItIsForASecond) {
  is_used();
  look_up();
  const Fd fd = opened();
  simulation_.run_for(1s);
  EXPECT_FALSE(read(fd));
  EXPECT_FALSE(read(opened()));
}

TEST_F(QuickReadTest, WhatIsChangedHereIsReadFromTheBricks) {
  is_used();
  look_up();
  const Fd fd = opened();
  ask(top_, Call{}, fop::Write{.gfid = file_});
  EXPECT_FALSE(read(fd));
  look_up();
  EXPECT_EQ(read(opened()), "content");
}

TEST_F(QuickReadTest, WhatIsChangedByOthersIsReadFromTheBricks) {
  is_used();
  for (const Gfid& told : {file_, null_gfid}) {
    look_up();
    const Fd fd = opened();
    top_.notified(notice::CacheInvalidation{.gfid = told}, leaf_);
    EXPECT_FALSE(read(fd));
  }
}

TEST_F(QuickReadTest, AnAnswerThatAChangeOvertookIsNotBelieved) {
  is_used();
  for (const bool by_others : {false, true}) {
    gate_.reset();
    auto question = look_up();
    if (by_others) {
      top_.notified(notice::CacheInvalidation{.gfid = file_}, leaf_);
    } else {
      ask(top_, Call{}, fop::Write{.gfid = file_});
    }
    gate_.set();
    simulation_.run_for(1ms);
    ASSERT_TRUE(question->answered());
    EXPECT_FALSE(read(opened()));
    is_used();
  }
}

TEST_F(QuickReadTest, WhatIsBeingChangedIsNotKept) {
  is_used();
  Completion<fop::Write::Reply> written;
  leaf_.answer_later<fop::Write>([&written](const Call&, const fop::Write&) { return written.wait(); });
  auto write = ask(top_, Call{}, fop::Write{.gfid = file_});
  look_up();
  EXPECT_FALSE(read(opened()));
  written.complete(fop::Write::Reply{});
  simulation_.run_for(1ms);
  EXPECT_TRUE(write->answered());
  is_used();
  look_up();
  EXPECT_EQ(read(opened()), "content");
}

TEST_F(QuickReadTest, LargeAndEmptyFilesAreLeftAlone) {
  is_used();
  for (const std::size_t size : {std::size_t{0}, std::size_t{65537}}) {
    content_ = std::string(size, 'x');
    look_up();
    EXPECT_FALSE(read(opened())) << size;
  }
}

}  // namespace
}  // namespace mortar
