// Fifty servers: what commands cost there, in messages and in time.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "pool_under_test.h"

namespace mortar::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t many_servers = 50;

struct Cost {
  Duration time;
  std::uint64_t messages = 0;
};

class LargePool : public ::testing::Test {
 protected:
  LargePool() : pool_(1, {.servers = many_servers, .server = quick_server()}) {
    for (std::size_t index = 0; index < many_servers; ++index) pool_.server(index).start();
    pool_.run_for(1s);
  }

  Cost cost_of(std::size_t server, Intent intent) {
    SimulatedNetwork& network = pool_.simulation().network();
    const std::uint64_t before = network.messages();
    const CommandUnderTest& command = pool_.command(pool_.server(server), std::move(intent));
    EXPECT_EQ(command.outcome, CommandUnderTest::Outcome::done) << command.text();
    EXPECT_EQ(pool_.chronicle().complaint(), "");
    return {command.ended - command.begun, network.messages() - before};
  }

  void expect_cost(const std::string& what, std::size_t server, Intent intent, Duration most, std::uint64_t messages) {
    const Cost cost = cost_of(server, std::move(intent));
    fmt::print("{}: {} ms, {} messages\n", what, cost.time / 1ms, cost.messages);
    EXPECT_LE(cost.time, most) << what;
    EXPECT_LE(cost.messages, messages) << what;
  }

  PoolUnderTest pool_;
};

TEST_F(LargePool, CommandsCostWhatTheServersAreMany) {
  Duration longest{};
  std::uint64_t most = 0;
  for (std::size_t index = 1; index < many_servers; ++index) {
    const Cost cost = cost_of(0, {.kind = Intent::Kind::probe, .subject = pool_.server(index).name()});
    longest = std::max(longest, cost.time);
    most = std::max(most, cost.messages);
  }
  fmt::print("probe: at most {} ms, {} messages\n", longest / 1ms, most);
  EXPECT_LE(longest, 5s);
  EXPECT_TRUE(pool_.run_until([this] { return pool_.disagreement().empty(); }, 3min)) << pool_.disagreement();

  std::vector<Brick> bricks;
  for (std::size_t index = 0; index < many_servers; ++index) {
    bricks.push_back(Brick{pool_.server(index).name(), "/data/photos", {}});
  }
  using Kind = Intent::Kind;
  expect_cost("create", 7, {.kind = Kind::create, .subject = "photos", .bricks = bricks}, 2s, 8000);
  expect_cost("start", 49, {.kind = Kind::start, .subject = "photos"}, 5s, 20'000);
  expect_cost("set", 20, {.kind = Kind::set, .subject = "photos", .option = "user.mark-1=1"}, 1s, 8000);
  expect_cost("status", 30, {.kind = Kind::question, .subject = "photos"}, 2s, 8000);
  EXPECT_TRUE(pool_.run_until([this] { return pool_.disagreement().empty(); }, 1min)) << pool_.disagreement();
  expect_cost("stop", 3, {.kind = Kind::stop, .subject = "photos"}, 5s, 10'000);
  expect_cost("delete", 5, {.kind = Kind::remove, .subject = "photos"}, 2s, 8000);
  expect_cost("detach", 5, {.kind = Kind::detach, .subject = pool_.server(33).name()}, 2s, 8000);
}

}  // namespace
}  // namespace mortar::sim
