#include "translators/open_behind/open_behind.h"

#include <gtest/gtest.h>

#include "translators/testing.h"

namespace mortar {
namespace {

using namespace mortar::testing;

class OpenBehindTest : public ::testing::Test {
 protected:
  OpenBehindTest() {
    top_.add_child(leaf_);
    leaf_.answer_later<fop::Open>([this](const Call&, const fop::Open& open) { return answer_open(open.gfid); });
    leaf_.answer<fop::Read>([](const Call&, const fop::Read&) {
      fop::Read::Reply reply;
      reply.data.bytes = Slice::copy(std::string_view("content"));
      return Result<fop::Read::Reply>(std::move(reply));
    });
  }
  ~OpenBehindTest() override { gate_.set(); }

  Task<fop::Opened> answer_open(Gfid gfid) {
    co_await gate_.wait();
    if (refuses_ != 0) co_return Error(refuses_);
    fop::Opened reply;
    reply.fd.open = std::make_shared<Descriptor>(gfid, 0, false);
    real_ = reply.fd.open.get();
    co_return std::move(reply);
  }
  Fd opened(std::uint32_t flags = 0) {
    auto question = ask(top_, Call{}, fop::Open{.gfid = file_, .flags = flags});
    EXPECT_TRUE(question->answered());
    return question->reply().fd;
  }
  auto read(const Fd& fd) { return ask(top_, Call{}, fop::Read{.gfid = file_, .fd = fd, .size = 100}); }
  std::size_t opens() { return leaf_.asked<fop::Open>().size(); }

  const Gfid file_ = fixed_gfid(7);
  Event gate_;
  int refuses_ = 0;
  const Descriptor* real_ = nullptr;
  FakeLeaf leaf_;
  OpenBehind top_{"open-behind", {}};
};

TEST_F(OpenBehindTest, WhatIsNeverReadIsNeverOpened) {
  const Fd fd = opened();
  EXPECT_EQ(ask(top_, Call{}, fop::Flush{.gfid = file_, .fd = fd})->error(), 0);
  EXPECT_EQ(ask(top_, Call{}, fop::Release{.gfid = file_, .fd = fd})->error(), 0);
  EXPECT_EQ(opens(), 0u);
  EXPECT_TRUE(leaf_.asked<fop::Flush>().empty());
  EXPECT_TRUE(leaf_.asked<fop::Release>().empty());
}

TEST_F(OpenBehindTest, OnlyPlainReadingWaits) {
  gate_.set();
  for (const std::uint32_t flags : {open_flag::write_only, open_flag::read_write, open_flag::direct, open_flag::sync,
                                    open_flag::truncate, open_flag::append}) {
    const std::size_t before = opens();
    EXPECT_EQ(opened(flags).open.get(), real_);
    EXPECT_EQ(opens(), before + 1) << flags;
  }
}

TEST_F(OpenBehindTest, TheFirstReadTravelsWithTheOpenAndWaitsForIt) {
  const Fd fd = opened();
  auto first = read(fd);
  EXPECT_EQ(opens(), 1u);
  ASSERT_EQ(leaf_.asked<fop::Read>().size(), 1u);
  EXPECT_EQ(leaf_.asked<fop::Read>()[0].second.fd.open, nullptr);
  EXPECT_FALSE(first->answered()) << "nothing is given out before the open is allowed";
  gate_.set();
  run_ready();
  ASSERT_TRUE(first->answered());
  EXPECT_EQ(first->reply().data.bytes.text(), "content");
  // From here on through the open file.
  EXPECT_EQ(read(fd)->error(), 0);
  EXPECT_EQ(leaf_.asked<fop::Read>()[1].second.fd.open.get(), real_);
  EXPECT_EQ(opens(), 1u);
  EXPECT_EQ(ask(top_, Call{}, fop::Release{.gfid = file_, .fd = fd})->error(), 0);
  ASSERT_EQ(leaf_.asked<fop::Release>().size(), 1u);
  EXPECT_EQ(leaf_.asked<fop::Release>()[0].second.fd.open.get(), real_);
}

TEST_F(OpenBehindTest, WhoMayNotOpenReadsNothing) {
  refuses_ = EACCES;
  gate_.set();
  const Fd fd = opened();
  EXPECT_EQ(read(fd)->error(), EACCES);
  EXPECT_EQ(read(fd)->error(), EACCES);
  EXPECT_EQ(opens(), 1u);
  EXPECT_EQ(ask(top_, Call{}, fop::Release{.gfid = file_, .fd = fd})->error(), 0);
  EXPECT_TRUE(leaf_.asked<fop::Release>().empty());
}

TEST_F(OpenBehindTest, WithoutReadAfterOpenTheReadIsEnough) {
  VolumeSection section;
  section.set_option("read-after-open", "no");
  ASSERT_TRUE(top_.reconfigure(section));
  const Fd fd = opened();
  EXPECT_EQ(read(fd)->error(), 0);
  EXPECT_EQ(opens(), 0u);
  // An object that is gone can still be there for who has it open.
  leaf_.answer<fop::Read>([](const Call&, const fop::Read&) { return Result<fop::Read::Reply>(failed(ESTALE)); });
  gate_.set();
  EXPECT_EQ(read(fd)->error(), ESTALE);
  EXPECT_EQ(opens(), 1u);
}

TEST_F(OpenBehindTest, OtherOperationsOpenFirst) {
  gate_.set();
  const Fd fd = opened();
  EXPECT_EQ(ask(top_, Call{}, fop::Seek{.gfid = file_, .fd = fd})->error(), 0);
  EXPECT_EQ(opens(), 1u);
  EXPECT_EQ(leaf_.asked<fop::Seek>()[0].second.fd.open.get(), real_);
  EXPECT_EQ(ask(top_, Call{}, fop::Flush{.gfid = file_, .fd = fd})->error(), 0);
  EXPECT_EQ(leaf_.asked<fop::Flush>()[0].second.fd.open.get(), real_);
}

TEST_F(OpenBehindTest, AttributesAreToldWithoutOpening) {
  leaf_.answer<fop::Stat>([](const Call&, const fop::Stat& stat) {
    return Result<fop::Attributes>(fop::Attributes{.iatt = {.gfid = stat.gfid, .size = 11}});
  });
  leaf_.answer<fop::Fstat>([](const Call&, const fop::Fstat& status) {
    return Result<fop::Attributes>(fop::Attributes{.iatt = {.gfid = status.gfid, .size = 12}});
  });
  gate_.set();
  const Fd fd = opened();
  const auto size = [&] { return ask(top_, Call{}, fop::Fstat{.gfid = file_, .fd = fd})->reply().iatt.size; };
  EXPECT_EQ(size(), 11u);
  EXPECT_EQ(opens(), 0u);
  // Its name has gone elsewhere: whoever has it open keeps it.
  leaf_.answer<fop::Stat>([](const Call&, const fop::Stat&) { return Result<fop::Attributes>(failed(ENOENT)); });
  EXPECT_EQ(size(), 12u);
  EXPECT_EQ(opens(), 1u);
  EXPECT_EQ(leaf_.asked<fop::Fstat>()[0].second.fd.open.get(), real_);
  EXPECT_EQ(size(), 12u);
  EXPECT_EQ(leaf_.asked<fop::Stat>().size(), 2u);
}

TEST_F(OpenBehindTest, CopyingOpensBothEnds) {
  gate_.set();
  const Fd from = opened(), to = opened();
  EXPECT_EQ(ask(top_, Call{}, fop::CopyFileRange{.fd_in = from, .fd_out = to})->error(), 0);
  EXPECT_EQ(opens(), 2u);
  EXPECT_NE(leaf_.asked<fop::CopyFileRange>()[0].second.fd_in.open, from.open);
  EXPECT_NE(leaf_.asked<fop::CopyFileRange>()[0].second.fd_out.open, to.open);
}

TEST_F(OpenBehindTest, NamesGoOnlyOnceWaitingFilesAreOpen) {
  const Fd fd = opened();
  auto removal = ask(top_, Call{}, fop::Unlink{.parent = root_gfid, .name = "file"});
  EXPECT_EQ(opens(), 1u);
  EXPECT_TRUE(leaf_.asked<fop::Unlink>().empty());
  gate_.set();
  run_ready();
  EXPECT_TRUE(removal->answered());
  EXPECT_EQ(leaf_.asked<fop::Unlink>().size(), 1u);
  EXPECT_EQ(ask(top_, Call{}, fop::Unlink{.parent = root_gfid, .name = "other"})->error(), 0);
  EXPECT_EQ(opens(), 1u);
}

TEST_F(OpenBehindTest, AReleaseDuringTheOpenFollowsIt) {
  const Fd fd = opened();
  auto first = read(fd);
  first->abandon();
  EXPECT_EQ(ask(top_, Call{}, fop::Release{.gfid = file_, .fd = fd})->error(), 0);
  EXPECT_TRUE(leaf_.asked<fop::Release>().empty());
  gate_.set();
  run_ready();
  EXPECT_EQ(leaf_.asked<fop::Release>().size(), 1u);
}

TEST_F(OpenBehindTest, ADescriptorThatIsDroppedWaitsNoLonger) {
  {
    const Fd fd = opened();
  }
  EXPECT_EQ(ask(top_, Call{}, fop::Unlink{.parent = root_gfid, .name = "file"})->error(), 0);
  EXPECT_EQ(opens(), 0u);
}

}  // namespace
}  // namespace mortar
