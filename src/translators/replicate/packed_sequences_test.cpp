#include "translators/replicate/packed_sequences.h"

#include <gtest/gtest.h>

#include <functional>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

using replicate::PackedSequences;

// Notes what is asked of it; steps on a file whose identity begins with `lost` find nothing.
class Subvolume : public Refuse {
 public:
  Subvolume() : Refuse("subvolume") {}

  bool knows_sequences() const override { return knows_; }
  Task<Sequence> perform_in_order(Sequence sequence) override {
    sizes.push_back(sequence.size());
    if (sizes.size() == cut_off_at) co_return failed(ENOTCONN);
    for (AnyStep& any : sequence) {
      auto& step = std::get<Step<fop::Inodelk>>(any);
      step.reply = fop::Acknowledged{};
      if (step.operation.gfid.bytes[0] == lost) step.reply = failed(ESTALE);
      if (step.operation.gfid.bytes[0] == taken) step.reply = failed(EAGAIN);
      if (step.operation.gfid.bytes[0] == broken) step.reply = failed(EIO);
      if (!step.reply) break;
      ++performed;
    }
    co_return std::move(sequence);
  }

  static constexpr std::uint8_t lost = 200;
  static constexpr std::uint8_t broken = 201;
  static constexpr std::uint8_t taken = 202;
  bool knows_ = true;
  std::size_t cut_off_at = 0;
  std::size_t performed = 0;
  std::vector<std::size_t> sizes;
};

class Packed : public ::testing::Test {
 protected:
  // Two steps each, on files that begin with these; whether all of it was done, and why not else.
  std::vector<int> ask(const std::vector<std::uint8_t>& files) {
    std::vector<int> errors(files.size(), -1);
    for (std::size_t at = 0; at < files.size(); ++at) work_.start(ask_one(files[at], errors[at]));
    simulation_.run_until_idle();
    return errors;
  }
  Subvolume subvolume_;

 private:
  Task<> ask_one(std::uint8_t file, int& error) {
    Sequence sequence;
    for (int step = 0; step < 2; ++step) {
      Step<fop::Inodelk> lock;
      lock.operation.gfid.bytes[0] = file;
      sequence.push_back(std::move(lock));
    }
    const Result<Sequence> performed = co_await packed_.perform_in_order(subvolume_, std::move(sequence));
    error = performed ? 0 : performed.error().number();
    if (performed && !has_succeeded(performed->front())) {
      error = std::get<Step<fop::Inodelk>>(performed->front()).reply.error().number();
    }
    co_return done;
  }

  Simulation simulation_{1};
  TaskSet work_;
  PackedSequences packed_{work_};
};

TEST_F(Packed, ATurnsSequencesFillRequests) {
  EXPECT_EQ(ask(std::vector<std::uint8_t>(20, 1)), std::vector<int>(20, 0));
  EXPECT_EQ(subvolume_.sizes, (std::vector<std::size_t>{16, 16, 8}));
  EXPECT_EQ(subvolume_.performed, 40U);
}

TEST_F(Packed, WhatStandsBehindALostObjectIsAskedForAgain) {
  EXPECT_EQ(ask({1, Subvolume::lost, 2, Subvolume::lost, 3}), (std::vector<int>{0, ESTALE, 0, ESTALE, 0}));
  EXPECT_EQ(subvolume_.sizes, (std::vector<std::size_t>{10, 6, 2}));
  EXPECT_EQ(subvolume_.performed, 6U);
}

TEST_F(Packed, SoIsWhatStandsBehindOneThatSomebodyHasLocked) {
  EXPECT_EQ(ask({1, Subvolume::taken, 2}), (std::vector<int>{0, EAGAIN, 0}));
  EXPECT_EQ(subvolume_.sizes, (std::vector<std::size_t>{6, 2}));
}

TEST_F(Packed, NothingIsDoneTwiceWhereItIsNotKnown) {
  EXPECT_EQ(ask({1, Subvolume::broken, 2}), (std::vector<int>{0, EIO, EIO}));
  EXPECT_EQ(subvolume_.sizes, std::vector<std::size_t>{6});
  subvolume_.cut_off_at = 2;
  EXPECT_EQ(ask({1, 2}), (std::vector<int>{ENOTCONN, ENOTCONN}));
}

TEST_F(Packed, OthersAreAskedOneByOne) {
  subvolume_.knows_ = false;
  EXPECT_EQ(ask({1, 2, 3}), std::vector<int>(3, 0));
  EXPECT_EQ(subvolume_.sizes, std::vector<std::size_t>(3, 2));
}

}  // namespace
}  // namespace mortar::testing
