// Many servers change one document over a register that is slow, away and silent: no change that was told as done is
// lost, none that was told as refused is there, and everybody ends with the same.
#include "pool/configuration.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "pool/document.h"
#include "simulation/simulated_register.h"
#include "simulation/simulation.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

Gfid server(std::size_t number) { return fixed_gfid(static_cast<std::uint8_t>(number + 1)); }

// Takes the key for itself, if nobody has it.
struct TakeKey {
  std::string key;
  std::string owner;

  Result<Done> check(const Pool& pool) const {
    if (pool.options.find(key)) return failed(EEXIST, key + " is taken");
    return done;
  }
  void apply(Pool& pool) const { pool.options.set(key, owner); }
};

enum class Told : std::uint8_t { nothing, done, refused, unknown };

struct Attempt {
  TakeKey edit;
  Told told = Told::nothing;
};

struct Member {
  Member(SharedRegister& shared, SimulatedWorld& in, const Gfid& id)
      : world(in), documents(shared, in), configuration(in, id, 60s) {
    configuration.keep_in(documents);
  }
  SimulatedWorld& world;
  SimulatedRegister documents;
  Configuration configuration;
};

Task<> follow(Member& member) {
  for (;;) {
    const Result<Done> followed = co_await member.configuration.follow();
    EXPECT_FALSE(followed);
    co_await tried(member.world.sleep(100ms));
  }
}

Task<> try_to_take(Member& member, Attempt& attempt) {
  const Result<Done> changed = co_await member.configuration.change(attempt.edit);
  attempt.told = changed                                 ? Told::done
                 : changed.error().number() == EEXIST    ? Told::refused
                 : changed.error().number() == ETIMEDOUT ? Told::unknown
                                                         : Told::nothing;
  EXPECT_NE(attempt.told, Told::nothing) << changed.error().sentence();
  co_return done;
}

// One after the other, on one server.
Task<> take_keys(Member& member, std::vector<std::unique_ptr<Attempt>>& attempts, Random random, std::string owner) {
  for (int count = 0; count < 12; ++count) {
    co_await tried(member.world.sleep(std::chrono::milliseconds(random.below(2000))));
    attempts.push_back(std::make_unique<Attempt>(
        Attempt{.edit = {fmt::format("key{}", random.below(30)), fmt::format("{}.{}", owner, count)}}));
    co_await tried(try_to_take(member, *attempts.back()));
  }
  co_return done;
}

Task<> disturb(SimulatedWorld& world, SharedRegister& shared, Random random) {
  for (int count = 0; count < 5; ++count) {
    co_await tried(world.sleep(std::chrono::milliseconds(random.below(5000))));
    shared.set_out(true);
    co_await tried(world.sleep(std::chrono::milliseconds(random.below(15000))));
    shared.set_out(false);
  }
  co_return done;
}

void run_servers(std::uint64_t seed) {
  Simulation simulation(seed);
  SharedRegister shared(simulation, simulation.random().split());
  shared.conditions() = {.lost = 0.1, .unknown = 0.2, .late = 0.5, .patience = 5s};
  Pool pool;
  std::vector<std::vector<std::unique_ptr<Attempt>>> attempts(4);
  std::vector<std::unique_ptr<Member>> members;
  for (std::size_t number = 0; number < 4; ++number) {
    pool.servers.push_back(Server{.id = server(number)});
    Host& host = simulation.add_host(fmt::format("server{}", number), fmt::format("10.0.0.{}", number));
    members.push_back(std::make_unique<Member>(shared, host.start_process(), server(number)));
  }
  RegisterConditions troubled = shared.conditions();
  shared.conditions() = {};
  ASSERT_TRUE(simulation.run(members[0]->documents.swap(0, format_pool(pool))));
  for (const auto& member : members) ASSERT_TRUE(simulation.run(member->configuration.refresh()));
  shared.conditions() = troubled;
  for (std::size_t number = 0; number < 4; ++number) {
    Member& member = *members[number];
    member.world.start(follow(member));
    member.world.start(take_keys(member, attempts[number], simulation.random().split(), fmt::format("s{}", number)));
  }
  SimulatedWorld& chaos = simulation.add_host("chaos", "10.0.0.99").start_process();
  chaos.start(disturb(chaos, shared, simulation.random().split()));
  // One server is killed in the middle of what it does.
  simulation.run_for(std::chrono::milliseconds(simulation.random().below(20000)));
  members[3]->world.kill();
  simulation.run_for(1h);

  const Result<Pool> last = parse_pool(shared.history().back().text);
  ASSERT_TRUE(last);
  for (std::size_t number = 0; number < 3; ++number) {
    EXPECT_EQ(attempts[number].size(), 12u);
    EXPECT_EQ(members[number]->configuration.version(), shared.history().back().version);
    EXPECT_EQ(members[number]->configuration.pool(), *last);
  }
  for (const auto& of_server : attempts) {
    for (const auto& attempt : of_server) {
      const auto owner = last->options.find(attempt->edit.key);
      const bool is_there = owner && *owner == attempt->edit.owner;
      if (attempt->told == Told::done) EXPECT_TRUE(is_there) << attempt->edit.key << " of " << attempt->edit.owner;
      if (attempt->told == Told::refused) EXPECT_FALSE(is_there) << attempt->edit.key << " of " << attempt->edit.owner;
    }
  }
  if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
}

TEST(Configuration, AgreesWhateverHappensToItsRegister) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    run_servers(seed);
    if (HasFailure()) return;
  }
}

TEST(Configuration, ARefusalIsCheckedAgainstTheNewest) {
  Simulation simulation(1);
  SharedRegister shared(simulation, simulation.random().split());
  Pool pool;
  pool.servers = {Server{.id = server(0)}, Server{.id = server(1)}};
  pool.options.set("key", "taken");
  Host& host = simulation.add_host("server", "10.0.0.1");
  Member one(shared, host.start_process(), server(0));
  Member two(shared, host.start_process(), server(1));
  ASSERT_TRUE(simulation.run(one.documents.swap(0, format_pool(pool))));
  ASSERT_TRUE(simulation.run(one.configuration.refresh()));
  ASSERT_TRUE(simulation.run(two.configuration.refresh()));
  pool.options.erase("key");
  ASSERT_TRUE(simulation.run(one.documents.swap(1, format_pool(pool))));
  EXPECT_TRUE(simulation.run(two.configuration.change(TakeKey{"key", "two"})));
  EXPECT_EQ(simulation.run(one.configuration.change(TakeKey{"key", "one"})).error().number(), EEXIST);
  EXPECT_EQ(*one.configuration.pool().options.find("key"), "two");

  pool.servers.pop_back();
  ASSERT_TRUE(simulation.run(one.documents.swap(3, format_pool(pool))));
  EXPECT_EQ(simulation.run(two.configuration.change(TakeKey{"other", "two"})).error().number(), ESTALE);
}

TEST(Configuration, SaysThatItIsUnknown) {
  Simulation simulation(1);
  SharedRegister shared(simulation, simulation.random().split());
  Pool pool;
  pool.servers = {Server{.id = server(0)}};
  Member one(shared, simulation.add_host("server", "10.0.0.1").start_process(), server(0));
  ASSERT_TRUE(simulation.run(one.documents.swap(0, format_pool(pool))));
  ASSERT_TRUE(simulation.run(one.configuration.refresh()));
  shared.set_out(true);
  const Instant start = simulation.now();
  EXPECT_EQ(simulation.run(one.configuration.change(TakeKey{"key", "one"})).error().number(), ETIMEDOUT);
  EXPECT_GE(simulation.now() - start, 60s);
  EXPECT_LE(simulation.now() - start, 80s);
  shared.set_out(false);
  EXPECT_TRUE(simulation.run(one.configuration.change(TakeKey{"key", "one"})));
}

}  // namespace
}  // namespace mortar
