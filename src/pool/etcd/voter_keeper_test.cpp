// Servers with real etcd: the pool is founded on one, voters are made and taken away as the document says, and it ends
// on one again.
#include "pool/voter_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pool/detach_server.h"
#include "pool/document.h"
#include "pool/etcd/etcd_test_support.h"
#include "pool/etcd/etcd_voter.h"
#include "pool/home.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

Gfid server_id(std::size_t number) { return fixed_gfid(static_cast<std::uint8_t>(number)); }

struct PoolServer {
  PoolServer(World& in, const EtcdSettings& settings, const Gfid& id)
      : world(in), voter(in, settings), url(voter.url_of(settings.host)), configuration(in, id, 60s) {
    configuration.keep_in(voter.documents());
  }
  World& world;
  EtcdVoter voter;
  std::string url;
  Configuration configuration;
};

class VoterKeeperTest : public EtcdPoolTest {
 protected:
  void TearDown() override {
    for (const auto& server : servers_of_pool_) EXPECT_TRUE(run(server->voter.stop()));
  }

  PoolServer& add_server() {
    const Gfid id = server_id(servers_of_pool_.size() + 1);
    EtcdSettings settings = make_settings("", authority_);
    settings.name = id.text();
    if (servers_of_pool_.empty()) first_settings_ = settings;
    document_.servers.push_back(Server{.id = id, .names = {settings.host}, .address = settings.host});
    servers_of_pool_.push_back(std::make_unique<PoolServer>(*world_, settings, id));
    return *servers_of_pool_.back();
  }

  // What every server does for itself: it starts its member once others have let it in.
  Task<> start_invited(Voter& first) {
    std::vector<GroupMember> members = co_await tried(first.members());
    for (const auto& server : servers_of_pool_) {
      const bool is_there = std::ranges::any_of(members, [&server](const GroupMember& member) {
        return std::ranges::find(member.urls, server->url) != member.urls.end();
      });
      if (!is_there || server->voter.has_data()) continue;
      co_await tried(server->voter.start(pool_, members));
    }
    co_return done;
  }

  // Lets the first server look after the voters until nothing is left to do.
  Task<> settle(Silence silence) {
    Voter& first = servers_of_pool_[0]->voter;
    VoterKeeper keeper(
        *world_, servers_of_pool_[0]->configuration, first, [&silence] { return Observation{silence, {}}; }, 600s);
    for (;;) {
      const Result<bool> rests = co_await keeper.step();
      if (!rests && rests.error().number() != EBUSY) co_return rests.error();
      if (rests && *rests) co_return done;
      co_await tried(start_invited(first));
      co_await tried(world_->sleep(200ms));
    }
  }

  std::size_t voters() {
    const Result<std::vector<GroupMember>> members = run(servers_of_pool_[0]->voter.members());
    EXPECT_TRUE(members);
    return static_cast<std::size_t>(
        std::ranges::count_if(*members, [](const GroupMember& member) { return !member.learner; }));
  }

  Pool document_;
  EtcdSettings first_settings_;
  std::vector<std::unique_ptr<PoolServer>> servers_of_pool_;
};

TEST_F(VoterKeeperTest, VotersComeAndGoWithTheServers) {
  PoolServer& first = add_server();
  for (int count = 0; count < 3; ++count) add_server();
  document_.servers.front().votes = true;
  document_.trust = Trust{pool_, authority_, {}};
  Home home(*world_, folder_ / "home", first.voter, first.voter.documents());
  ASSERT_TRUE(run(home.open()));
  const Result<Done> founded = run(home.found(pool_, Document{7, format_pool(document_)}));
  ASSERT_TRUE(founded) << founded.error().sentence();
  ASSERT_TRUE(run(first.configuration.refresh()));
  ASSERT_TRUE(run(settle({})));
  EXPECT_EQ(voters(), 3u);
  PoolServer& third = *servers_of_pool_[2];
  ASSERT_TRUE(run(third.configuration.refresh()));
  EXPECT_EQ(third.configuration.pool(), first.configuration.pool());

  // The third is lost, and the fourth takes over.
  ASSERT_TRUE(run(third.voter.stop()));
  ASSERT_TRUE(run(settle({{server_id(3), 600s}})));
  EXPECT_EQ(voters(), 3u);
  ASSERT_TRUE(run(servers_of_pool_[3]->configuration.refresh()));
  EXPECT_TRUE(servers_of_pool_[3]->configuration.pool().server(server_id(4))->votes);

  // All others leave; the first keeps the document alone, then without etcd.
  for (std::size_t number : {3u, 2u, 4u}) {
    ASSERT_TRUE(run(first.configuration.change(DetachServer{"", server_id(number)})));
    ASSERT_TRUE(run(settle({})));
  }
  EXPECT_EQ(voters(), 1u);
  const Document last = *run(first.voter.documents().read());

  // After a reboot a server knows where it stood, and its member what it needs.
  ASSERT_TRUE(run(first.voter.stop()));
  EtcdSettings settings = first_settings_;
  settings.pool.clear();
  settings.host.clear();
  EtcdVoter voter(*world_, settings);
  Home home_again(*world_, folder_ / "home", voter, voter.documents());
  ASSERT_TRUE(run(home_again.open()));
  EXPECT_EQ(home_again.standing().stage, Stage::voting);
  ASSERT_TRUE(run(voter.answering(start_limit)));
  EXPECT_EQ(*run(home_again.documents().read()), last);
  ASSERT_TRUE(run(home_again.dissolve(last)));
  EXPECT_EQ(run(home_again.documents().read())->text, last.text);
  EXPECT_FALSE(voter.has_data());
}

}  // namespace
}  // namespace mortar
