#include "pool/helped_register.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"

namespace mortar {
namespace {

// Answers everything with one error, or with what it has.
class Told final : public Register {
 public:
  explicit Told(int error) : error_(error) {}
  Task<Document> read() override { return answer(Document{7, "document"}); }
  Task<std::uint64_t> swap(std::uint64_t expected, std::string) override { return answer(expected + 1); }
  Task<Document> watch(std::uint64_t after) override { return answer(Document{after + 1, "document"}); }
  int asked = 0;

 private:
  template <class T>
  Task<T> answer(T value) {
    ++asked;
    if (error_ != 0) co_return failed(error_);
    co_return value;
  }
  const int error_;
};

TEST(HelpedRegister, AsksTheOthersWhereItsOwnCannotBeAsked) {
  Simulation simulation(1);
  Told own(ENOTCONN);
  Told others(0);
  HelpedRegister helped(own, others);
  EXPECT_EQ(simulation.run(helped.read())->version, 7u);
  EXPECT_EQ(*simulation.run(helped.swap(7, "next")), 8u);
  EXPECT_EQ(simulation.run(helped.watch(8))->version, 9u);
  EXPECT_EQ(others.asked, 3);
}

TEST(HelpedRegister, AsksNobodyTwiceForASwapThatMayBeDone) {
  Simulation simulation(1);
  for (const int error : {ETIMEDOUT, EAGAIN, EIO}) {
    Told own(error);
    Told others(0);
    HelpedRegister helped(own, others);
    EXPECT_EQ(simulation.run(helped.swap(7, "next")).error().number(), error);
    EXPECT_EQ(others.asked, 0);
  }
  Told own(EPROTO);
  Told others(0);
  HelpedRegister helped(own, others);
  EXPECT_TRUE(simulation.run(helped.read()));
}

TEST(HelpedRegister, TellsWhatIsWrongHereWhereNobodyIsReached) {
  Simulation simulation(1);
  Told own(EPROTO);
  Told others(ENOTCONN);
  HelpedRegister helped(own, others);
  EXPECT_EQ(simulation.run(helped.read()).error().number(), EPROTO);
}

}  // namespace
}  // namespace mortar
