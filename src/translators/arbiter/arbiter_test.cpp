#include "translators/arbiter/arbiter.h"

#include <gtest/gtest.h>

#include "translators/testing.h"

namespace mortar {
namespace {

using testing::ask;

struct ArbiterTest : ::testing::Test {
  ArbiterTest() {
    arbiter.add_child(leaf);
    const auto attributes = [this](const Call&, const auto& question) {
      fop::Attributes reply;
      reply.iatt.gfid = question.gfid;
      reply.iatt.mode = mode;
      reply.iatt.links = 3;
      if (question.xdata.has("glusterfs.open-fd-count")) {
        reply.xdata.set("glusterfs.open-fd-count", std::uint64_t{2});
      }
      return Result<fop::Attributes>(std::move(reply));
    };
    leaf.answer<fop::Stat>(attributes);
    leaf.answer<fop::Fstat>(attributes);
  }
  template <class Operation>
  Result<typename Operation::Reply> answer(Operation operation) {
    return std::move(
        ask(arbiter, testing::call_of(testing::client_number(1), "o", 100), std::move(operation))->result());
  }
  // As if it had been done, and nothing was.
  template <class Operation>
  void expect_pretended(Operation operation) {
    operation.gfid = fixed_gfid(7);
    const Result<fop::Changed> reply = answer(operation);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->op_ret, 0);
    EXPECT_EQ(reply->before, reply->after);
    EXPECT_EQ(reply->after.gfid, fixed_gfid(7));
    EXPECT_EQ(reply->after.links, 3u);
    EXPECT_TRUE(leaf.asked<Operation>().empty());
  }
  testing::FakeLeaf leaf;
  std::uint32_t mode = 0100644;
  Arbiter arbiter{"v-arbiter"};
};

TEST_F(ArbiterTest, KeepsNoData) {
  expect_pretended(fop::Truncate{.size = 5});
  expect_pretended(fop::Ftruncate{.size = 5});
  expect_pretended(fop::Fallocate{});
  expect_pretended(fop::Discard{});
  expect_pretended(fop::Zerofill{});
}

TEST_F(ArbiterTest, RefusesToCutWhatHasNoContent) {
  mode = 0040755;
  EXPECT_EQ(answer(fop::Truncate{.gfid = fixed_gfid(7), .size = 5}).error().number(), EISDIR);
  mode = 0120777;
  EXPECT_EQ(answer(fop::Truncate{.gfid = fixed_gfid(7), .size = 5}).error().number(), EINVAL);
}

TEST_F(ArbiterTest, AnswersAWriteWithItsSize) {
  fop::Write write{.gfid = fixed_gfid(7)};
  write.data = Payload(Slice::copy("hello"));
  write.xdata.set("glusterfs.open-fd-count", std::uint64_t{4});
  write.xdata.set("glusterfs.write-is-append", std::uint64_t{4});
  const Result<fop::Changed> reply = answer(write);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->op_ret, 5);
  EXPECT_EQ(reply->after.gfid, fixed_gfid(7));
  EXPECT_EQ(reply->xdata.number("glusterfs.open-fd-count"), 2);
  EXPECT_EQ(reply->xdata.number("glusterfs.write-is-append"), 0);
  EXPECT_TRUE(leaf.asked<fop::Write>().empty());
}

TEST_F(ArbiterTest, AWriteToNothingFails) {
  leaf.answer<fop::Fstat>([](const Call&, const fop::Fstat&) { return Result<fop::Attributes>(failed(ESTALE)); });
  EXPECT_EQ(answer(fop::Write{}).error().number(), ESTALE);
}

TEST_F(ArbiterTest, IsNotRead) {
  EXPECT_EQ(answer(fop::Read{}).error().number(), ENOSYS);
  EXPECT_EQ(answer(fop::Seek{}).error().number(), ENOSYS);
}

TEST_F(ArbiterTest, NamesAndAttributesPass) {
  EXPECT_TRUE(answer(fop::Create{}));
  EXPECT_TRUE(answer(fop::Setattr{}));
  EXPECT_TRUE(answer(fop::Xattrop{}));
  EXPECT_EQ(leaf.asked<fop::Create>().size(), 1u);
  EXPECT_EQ(leaf.asked<fop::Xattrop>().size(), 1u);
}

}  // namespace
}  // namespace mortar
