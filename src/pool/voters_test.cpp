#include "pool/voters.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using Kind = MemberStep::Kind;

constexpr auto patience = 600s;

Gfid server(std::size_t number) { return fixed_gfid(static_cast<std::uint8_t>(number)); }

Pool pool_of(std::size_t count) {
  Pool pool;
  for (std::size_t number = 1; number <= count; ++number) pool.servers.push_back(Server{.id = server(number)});
  return pool;
}

std::set<Gfid> votes(const Pool& pool) {
  std::set<Gfid> voters;
  for (const Server& one : pool.servers) {
    if (one.votes) voters.insert(one.id);
  }
  return voters;
}

// Lets the wish change until it rests.
void settle(Pool& pool, const Silence& silence) {
  for (int round = 0; round < 10; ++round) {
    const auto next = next_voters(pool, silence, patience);
    if (!next) return;
    ASSERT_TRUE(next->check(pool));
    next->apply(pool);
  }
  FAIL() << "the wish does not come to rest";
}

TEST(Voters, AreFewAndOdd) {
  const std::map<std::size_t, std::size_t> wanted{{1, 1}, {2, 1}, {3, 3}, {4, 3}, {5, 5}, {6, 5}, {50, 5}};
  for (const auto& [servers, voters] : wanted) {
    EXPECT_EQ(voters_wanted(servers), voters);
    Pool pool = pool_of(servers);
    settle(pool, {});
    EXPECT_EQ(votes(pool).size(), voters) << servers;
    EXPECT_TRUE(pool.servers.front().votes);
  }
}

TEST(Voters, AnInvitedServerDoesNotCount) {
  Pool pool = pool_of(3);
  pool.servers.back().invited = true;
  settle(pool, {});
  EXPECT_EQ(votes(pool).size(), 1u);
  EXPECT_FALSE(SetVoters{{server(3)}}.check(pool));
  EXPECT_FALSE(SetVoters{}.check(pool));
}

TEST(Voters, AllTheWayOrNotAtAll) {
  Pool pool = pool_of(3);
  pool.servers.front().votes = true;
  const Silence silence{{server(3), 1s}};
  settle(pool, silence);
  EXPECT_EQ(votes(pool), (std::set<Gfid>{server(1)}));
  settle(pool, {});
  EXPECT_EQ(votes(pool).size(), 3u);
}

TEST(Voters, OneThatIsLostForLongIsReplacedAndOneAtATime) {
  Pool pool = pool_of(7);
  settle(pool, {});
  EXPECT_EQ(votes(pool), (std::set<Gfid>{server(1), server(2), server(3), server(4), server(5)}));
  EXPECT_FALSE(next_voters(pool, {{server(2), patience - 1s}}, patience));
  const Silence silence{{server(2), patience}, {server(4), patience + 5s}};
  next_voters(pool, silence, patience)->apply(pool);
  EXPECT_EQ(votes(pool), (std::set<Gfid>{server(1), server(2), server(3), server(5), server(6)}));
  next_voters(pool, silence, patience)->apply(pool);
  EXPECT_EQ(votes(pool), (std::set<Gfid>{server(1), server(3), server(5), server(6), server(7)}));
  // Nobody is left to take over.
  EXPECT_FALSE(next_voters(pool, {{server(1), 2 * patience}, {server(2), patience}, {server(4), patience}}, patience));
}

TEST(Voters, ASmallerPoolLosesTheSilentOnesFirst) {
  Pool pool = pool_of(5);
  settle(pool, {});
  std::erase_if(pool.servers, [](const Server& one) { return one.id == server(5); });
  settle(pool, {{server(1), 3s}});
  EXPECT_EQ(votes(pool), (std::set<Gfid>{server(2), server(3), server(4)}));
}

VoterState voter(std::size_t number, bool answers = true) {
  return {.server = server(number), .id = 100 + number, .started = true, .answers = answers};
}

Pool wish(std::size_t servers, const std::set<std::size_t>& voters) {
  Pool pool = pool_of(servers);
  for (std::size_t number : voters) pool.server(server(number))->votes = true;
  return pool;
}

TEST(MemberSteps, NothingToDo) {
  EXPECT_EQ(next_member_step(wish(3, {1, 2, 3}), {voter(1), voter(2, false), voter(3)}, {}).kind, Kind::nothing);
  EXPECT_EQ(next_member_step(wish(3, {}), {voter(1)}, {}).kind, Kind::wait);
}

TEST(MemberSteps, GrowByALearnerThatIsPromotedOnceItHasCaughtUp) {
  const Pool pool = wish(3, {1, 2, 3});
  std::vector<VoterState> members{voter(1)};
  EXPECT_EQ(next_member_step(pool, members, {}), (MemberStep{Kind::add_learner, server(2), 0}));
  EXPECT_EQ(next_member_step(pool, members, {{server(2), 1s}}), (MemberStep{Kind::add_learner, server(3), 0}));
  members.push_back({.server = server(2), .id = 102, .learner = true});
  EXPECT_EQ(next_member_step(pool, members, {}).kind, Kind::wait);
  members.back().started = members.back().answers = true;
  EXPECT_EQ(next_member_step(pool, members, {}), (MemberStep{Kind::promote, server(2), 102}));
  // The wish has changed meanwhile.
  EXPECT_EQ(next_member_step(wish(3, {1}), members, {}), (MemberStep{Kind::remove, server(2), 102}));
}

TEST(MemberSteps, ALostOneGoesBeforeItsSuccessorComes) {
  const Pool pool = wish(4, {1, 2, 4});
  const Silence silence{{server(3), 600s}};
  std::vector<VoterState> members{voter(1), voter(2), voter(3, false)};
  EXPECT_EQ(next_member_step(pool, members, silence), (MemberStep{Kind::remove, server(3), 103}));
  members.pop_back();
  EXPECT_EQ(next_member_step(pool, members, silence), (MemberStep{Kind::add_learner, server(4), 0}));
}

TEST(MemberSteps, OneThatIsNeededNoMoreGoesBeforeItsSuccessorVotes) {
  const Pool pool = wish(4, {1, 2, 4});
  std::vector<VoterState> members{voter(1), voter(2), voter(3)};
  EXPECT_EQ(next_member_step(pool, members, {}), (MemberStep{Kind::add_learner, server(4), 0}));
  members.push_back({.server = server(4), .id = 104, .learner = true, .started = true, .answers = true});
  EXPECT_EQ(next_member_step(pool, members, {}), (MemberStep{Kind::remove, server(3), 103}));
  std::erase_if(members, [](const VoterState& member) { return member.id == 103; });
  EXPECT_EQ(next_member_step(pool, members, {}), (MemberStep{Kind::promote, server(4), 104}));
}

TEST(MemberSteps, TheOnlyVoterHandsOverBeforeItGoes) {
  const Pool pool = wish(2, {2});
  std::vector<VoterState> members{voter(1)};
  EXPECT_EQ(next_member_step(pool, members, {}).kind, Kind::add_learner);
  members.push_back({.server = server(2), .id = 102, .learner = true, .started = true, .answers = true});
  EXPECT_EQ(next_member_step(pool, members, {}), (MemberStep{Kind::promote, server(2), 102}));
  members.back().learner = false;
  EXPECT_EQ(next_member_step(pool, members, {}), (MemberStep{Kind::remove, server(1), 101}));
}

TEST(MemberSteps, OneWithoutItsDataIsTakenOutAndLetInAnew) {
  const Pool pool = wish(3, {1, 2, 3});
  std::vector<VoterState> members{voter(1), voter(2), voter(3)};
  members.back().lost_data = true;
  EXPECT_EQ(next_member_step(pool, members, {}), (MemberStep{Kind::remove, server(3), 103}));
  members.pop_back();
  EXPECT_EQ(next_member_step(pool, members, {}), (MemberStep{Kind::add_learner, server(3), 0}));
}

TEST(MemberSteps, NothingIsTakenFromAPoolThatCouldNotDecideAfterwards) {
  // The second shall go, but the third does not answer: the first alone is no majority of two.
  EXPECT_EQ(next_member_step(wish(3, {1, 3}), {voter(1), voter(2), voter(3, false)}, {}).kind, Kind::wait);
}

// Whatever is wished and whoever fails: steps never take the majority away from those that answer, and once everybody
// answers the members become what is wished.
TEST(MemberSteps, AlwaysReachTheWishAndNeverLoseTheMajority) {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    Random random(seed);
    const std::size_t count = random.between(1, 7);
    const auto draw = [&random, count] {
      std::set<std::size_t> drawn;
      const std::size_t size = voters_wanted(random.between(1, count));
      while (drawn.size() < size) drawn.insert(random.between(1, count));
      return drawn;
    };
    std::vector<VoterState> members;
    for (std::size_t number : draw()) members.push_back(voter(number));
    Pool pool = wish(count, draw());
    std::uint64_t last_id = 1000;
    const auto has_majority = [&members] {
      const auto votes_of = [](const VoterState& member) { return !member.learner; };
      const auto up = [](const VoterState& member) { return !member.learner && member.answers; };
      return std::ranges::count_if(members, up) * 2 > std::ranges::count_if(members, votes_of);
    };
    bool rests = false;
    for (int step = 0; step < 100 && !rests; ++step) {
      const bool calm = step >= 50;
      Silence silence;
      if (!calm && random.chance(0.1)) pool = wish(count, draw());
      for (std::size_t number = 1; number <= count; ++number) {
        if (!calm && random.chance(0.2)) silence[server(number)] = 1s;
      }
      for (VoterState& member : members) member.answers = !silence.contains(member.server);
      const bool could_decide = has_majority();
      const MemberStep next = next_member_step(pool, members, silence);
      const auto place = std::ranges::find(members, next.id, &VoterState::id);
      switch (next.kind) {
        case Kind::nothing: rests = calm; break;
        case Kind::wait: break;
        case Kind::add_learner:
          EXPECT_TRUE(std::ranges::none_of(members, &VoterState::learner)) << seed;
          members.push_back({.server = next.server, .id = ++last_id, .learner = true});
          break;
        case Kind::promote: place->learner = false; break;
        case Kind::remove: members.erase(place); break;
      }
      if (could_decide) EXPECT_TRUE(has_majority()) << seed;
      for (VoterState& member : members) member.started = member.started || member.answers || random.chance(0.5);
    }
    ASSERT_TRUE(rests) << seed;
    std::set<Gfid> there;
    for (const VoterState& member : members) there.insert(member.server);
    EXPECT_EQ(there, votes(pool)) << seed;
  }
}

}  // namespace
}  // namespace mortar
