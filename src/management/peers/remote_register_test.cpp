// Servers without a vote reach the document through voters that are killed, cut off and silent.
#include "management/peers/remote_register.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "management/peers/document_service.h"
#include "pool/configuration.h"
#include "pool/document.h"
#include "simulation/simulated_register.h"
#include "simulation/simulation.h"
#include "wire/rpc_listener.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t port = 24007;
constexpr Gfid follower_id = fixed_gfid(9);

struct SetKey {
  std::string key;
  std::string value;
  Result<Done> check(const Pool&) const { return done; }
  void apply(Pool& pool) const { pool.options.set(key, value); }
};

// The process of a voter.
struct Voter {
  Voter(SharedRegister& shared, Host& host)
      : world(host.start_process("voter")),
        documents(shared, world),
        service(world, members, [this] { return &documents; }),
        server(world.background()) {
    server.add(members);
    Result<std::unique_ptr<Listener>> listening = world.network().listen(Address::tcp("", port), {}, 16);
    EXPECT_TRUE(listening);
    listener = std::make_unique<RpcListener>(world, std::move(*listening), server);
  }
  ~Voter() { world.kill(); }
  SimulatedWorld& world;
  RpcService members{programs::members, "Members"};
  SimulatedRegister documents;
  DocumentService service;
  RpcServer server;
  std::unique_ptr<RpcListener> listener;
};

class RemoteRegisterTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  RemoteRegisterTest() {
    Pool pool;
    pool.servers.push_back(Server{.id = follower_id});
    for (std::size_t number = 0; number < 3; ++number) {
      hosts_.push_back(&simulation_.add_host(fmt::format("voter{}", number), fmt::format("10.0.0.{}", number + 1)));
      voters_.push_back(std::make_unique<Voter>(shared_, *hosts_.back()));
      addresses_.push_back(Address::tcp(hosts_.back()->address(), port));
    }
    EXPECT_TRUE(simulation_.run(voters_[0]->documents.swap(0, format_pool(pool))));
    documents_.set_voters(addresses_);
    configuration_.keep_in(documents_);
  }

  RemoteRegister::Connect connect() {
    return [this](Address to) {
      StreamOptions options;
      options.keepalive_idle = 5s;
      return world_.network().connect(std::move(to), options);
    };
  }

  Simulation simulation_{GetParam()};
  SharedRegister shared_{simulation_, simulation_.random().split()};
  Host& host_ = simulation_.add_host("follower", "10.0.0.99");
  SimulatedWorld& world_ = host_.start_process("follower");
  std::vector<Host*> hosts_;
  std::vector<std::unique_ptr<Voter>> voters_;
  std::vector<Address> addresses_;
  RemoteRegister documents_{world_, connect()};
  Configuration configuration_{world_, follower_id, 120s};
};

TEST_P(RemoteRegisterTest, WhatIsToldIsTrueWhateverHappensToTheVoters) {
  ASSERT_TRUE(simulation_.run(configuration_.refresh()));
  shared_.conditions() = {.lost = 0.05, .unknown = 0.1, .late = 0.5, .patience = 5s};
  Random& random = simulation_.random();
  std::vector<std::pair<std::string, std::optional<bool>>> told;
  for (int count = 0; count < 25; ++count) {
    const std::size_t victim = random.below(3);
    const std::uint64_t trouble = random.below(4);
    if (trouble == 0) voters_[victim].reset();
    if (trouble == 1) simulation_.network().partition(host_, *hosts_[victim]);
    if (trouble == 2) simulation_.network().heal_all();
    if (voters_[victim] == nullptr && random.chance(0.5)) {
      voters_[victim] = std::make_unique<Voter>(shared_, *hosts_[victim]);
    }
    const std::string key = fmt::format("key{}", count);
    const Result<Done> changed = simulation_.run(configuration_.change(SetKey{key, "set"}));
    told.emplace_back(key, changed                                 ? std::optional(true)
                           : changed.error().number() == ETIMEDOUT ? std::nullopt
                                                                   : std::optional(false));
    simulation_.run_for(std::chrono::milliseconds(random.below(5000)));
  }
  simulation_.network().heal_all();
  shared_.conditions() = {};
  for (std::size_t number = 0; number < 3; ++number) {
    if (voters_[number] == nullptr) voters_[number] = std::make_unique<Voter>(shared_, *hosts_[number]);
  }
  simulation_.run_for(5min);
  const Result<Done> refreshed = simulation_.run(configuration_.refresh());
  ASSERT_TRUE(refreshed) << refreshed.error().sentence();
  for (const auto& [key, was_done] : told) {
    if (was_done) EXPECT_EQ(configuration_.pool().options.find(key).has_value(), *was_done) << key;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RemoteRegisterTest, testing::Range<std::uint64_t>(1, 101));

using RemoteRegisterOnce = RemoteRegisterTest;

TEST_P(RemoteRegisterOnce, FollowsWithoutBeingAsked) {
  ASSERT_TRUE(simulation_.run(configuration_.refresh()));
  world_.start(configuration_.follow());
  simulation_.run_for(5min);
  Pool pool = configuration_.pool();
  pool.options.set("key", "set by a voter");
  ASSERT_TRUE(simulation_.run(voters_[2]->documents.swap(configuration_.version(), format_pool(pool))));
  simulation_.run_for(1s);
  EXPECT_EQ(configuration_.pool(), pool);
}

TEST_P(RemoteRegisterOnce, NobodyThereMeansNotDone) {
  voters_.clear();
  EXPECT_EQ(simulation_.run(documents_.swap(1, "text")).error().number(), ENOTCONN);
  EXPECT_EQ(simulation_.run(documents_.read()).error().number(), ENOTCONN);
  documents_.set_voters({});
  EXPECT_EQ(simulation_.run(documents_.read()).error().number(), ENOTCONN);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RemoteRegisterOnce, testing::Values(1));

}  // namespace
}  // namespace mortar
