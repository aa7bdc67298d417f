#include "simulation/simulation.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/event.h"

namespace mortar {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers every byte with itself.
Task<> echo(std::unique_ptr<Stream> stream) {
  std::vector<std::byte> buffer(4096);
  while (true) {
    std::size_t size = co_await tried(stream->read(buffer));
    if (size == 0) co_return done;
    std::vector<Slice> answer{Slice::copy(Bytes(buffer.data(), size))};
    co_await tried(stream->write(std::move(answer)));
  }
}

Task<> serve_echo(SimulatedWorld& world, Address at) {
  std::unique_ptr<Listener> listener = co_await tried(world.network().listen(at, {}, 16));
  while (true) {
    std::unique_ptr<Stream> stream = co_await tried(listener->accept());
    world.background().start(echo(std::move(stream)));
  }
}

Task<std::string> exchange(Stream& stream, std::string text) {
  std::vector<Slice> question{Slice::copy(text)};
  co_await tried(stream.write(std::move(question)));
  std::string answer;
  std::vector<std::byte> buffer(1000);
  while (answer.size() < text.size()) {
    std::size_t size = co_await tried(stream.read(buffer));
    if (size == 0) break;
    answer += as_text(Bytes(buffer.data(), size));
  }
  co_return std::move(answer);
}

Task<std::string> ask(SimulatedWorld& world, Address to, std::string text) {
  std::unique_ptr<Stream> stream = co_await tried(world.network().connect(to, {}));
  std::string answer = co_await tried(exchange(*stream, std::move(text)));
  co_return std::move(answer);
}

Task<std::unique_ptr<Stream>> connected(SimulatedWorld& world, Address to) {
  std::unique_ptr<Stream> stream = co_await tried(world.network().connect(to, {}));
  co_return std::move(stream);
}

struct Pair {
  explicit Pair(std::uint64_t seed) : simulation(seed) { server.start(serve_echo(server, Address::tcp("", 24007))); }
  Simulation simulation;
  Host& one = simulation.add_host("one", "10.0.0.1");
  Host& two = simulation.add_host("two", "10.0.0.2");
  SimulatedWorld& server = one.start_process("server");
  SimulatedWorld& client = two.start_process("client");
  const Address address = Address::tcp("one", 24007);
};

TEST(Simulation, TimeIsVirtualAndSleepsEndInOrder) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("a", "10.0.0.1").start_process();
  std::vector<int> order;
  const auto sleeper = [](SimulatedWorld& in, std::vector<int>& out, int hours) -> Task<> {
    co_await tried(in.sleep(std::chrono::hours(hours)));
    out.push_back(hours);
    co_return done;
  };
  for (int hours : {3, 1, 2}) world.start(sleeper(world, order, hours));
  simulation.run_until_idle();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(simulation.now().time_since_epoch(), std::chrono::hours(3));
}

TEST(Simulation, ACancelledSleepLeavesNoEvent) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("a", "10.0.0.1").start_process();
  world.start(world.sleep(seconds(10)));
  world.kill();
  simulation.run_until_idle();
  EXPECT_EQ(simulation.now().time_since_epoch(), Duration::zero());
}

TEST(Simulation, WallClocksJumpAlone) {
  Simulation simulation(1);
  Host& one = simulation.add_host("one", "10.0.0.1");
  Host& two = simulation.add_host("two", "10.0.0.2");
  const Moment before = two.wall_clock();
  one.shift_wall_clock(-seconds(3600));
  EXPECT_EQ(two.wall_clock(), before);
  EXPECT_EQ(one.wall_clock().seconds, before.seconds - 3600);
}

TEST(Simulation, StreamsCarryEverythingInOrder) {
  Pair pair(7);
  pair.simulation.network().conditions().partial_read = 0.5;
  std::string text;
  for (int index = 0; text.size() < 3'000'000; ++index) text += std::to_string(index);
  // More than the windows hold, so both sides have to wait for each other.
  const auto both_ways = [](SimulatedWorld& world, Address to, std::string all) -> Task<std::string> {
    std::unique_ptr<Stream> stream = co_await tried(world.network().connect(to, {}));
    TaskSet writing;
    std::vector<Slice> slices{Slice::copy(all)};
    writing.start(stream->write(std::move(slices)));
    std::string answer;
    std::vector<std::byte> buffer(70'000);
    while (answer.size() < all.size()) {
      std::size_t size = co_await tried(stream->read(buffer));
      if (size == 0) break;
      answer += as_text(Bytes(buffer.data(), size));
    }
    co_return std::move(answer);
  };
  Result<std::string> answer = pair.simulation.run(both_ways(pair.client, pair.address, text));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(*answer == text);
}

TEST(Simulation, OneSeedGivesOneRun) {
  const auto run = [](std::uint64_t seed) {
    Pair pair(seed);
    pair.simulation.network().conditions().partial_read = 0.3;
    for (int index = 0; index < 20; ++index) {
      Result<std::string> answer = pair.simulation.run(ask(pair.client, pair.address, std::string(1000, 'x')));
      EXPECT_TRUE(answer);
    }
    return pair.simulation.trace().hash();
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

TEST(Simulation, NobodyListensMeansRefused) {
  Pair pair(1);
  EXPECT_EQ(pair.simulation.run(ask(pair.client, Address::tcp("one", 1), "x")).error().number(), ECONNREFUSED);
  EXPECT_EQ(pair.simulation.run(ask(pair.client, Address::tcp("nowhere", 1), "x")).error().number(), EHOSTUNREACH);
  EXPECT_EQ(pair.simulation.run(ask(pair.client, Address::unix_socket("/run/x"), "x")).error().number(), ENOENT);
}

TEST(Simulation, AShortPartitionIsBorneALongOneEndsConnections) {
  Pair pair(3);
  Result<std::unique_ptr<Stream>> stream = pair.simulation.run(connected(pair.client, pair.address));
  ASSERT_TRUE(stream);
  pair.simulation.network().partition(pair.one, pair.two);
  Result<std::string> none = pair.simulation.run(exchange(**stream, "hello"), seconds(5));
  EXPECT_EQ(none.error().number(), ETIMEDOUT);
  pair.simulation.network().heal(pair.one, pair.two);
  Result<std::string> late = pair.simulation.run(exchange(**stream, "again"), seconds(5));
  ASSERT_TRUE(late);
  EXPECT_EQ(*late, "hello") << "what was on its way arrives";

  // One direction is enough: without answers a connection is dead.
  pair.simulation.network().block(pair.one, pair.two);
  Result<std::string> dead = pair.simulation.run(exchange(**stream, "more than was echoed"), seconds(60));
  ASSERT_FALSE(dead);
  EXPECT_EQ(dead.error().number(), ETIMEDOUT);
  EXPECT_EQ(pair.simulation.run(ask(pair.client, pair.address, "x")).error().number(), ETIMEDOUT);
}

TEST(Simulation, AKilledServerBreaksItsConnections) {
  Pair pair(4);
  Result<std::unique_ptr<Stream>> stream = pair.simulation.run(connected(pair.client, pair.address));
  ASSERT_TRUE(stream);
  pair.server.kill();
  pair.simulation.run_for(seconds(1));
  std::byte byte{};
  Result<std::size_t> size = pair.simulation.run((*stream)->read(std::span(&byte, 1)));
  EXPECT_TRUE(!size || *size == 0);
  EXPECT_EQ(pair.simulation.run(ask(pair.client, pair.address, "x")).error().number(), ECONNREFUSED);
}

TEST(Simulation, AHostWithoutPowerIsSilentUntilItIsBack) {
  Pair pair(4);
  Result<std::unique_ptr<Stream>> stream = pair.simulation.run(connected(pair.client, pair.address));
  ASSERT_TRUE(stream);
  pair.one.power_off();
  std::byte byte{};
  Result<std::size_t> silent = pair.simulation.run((*stream)->read(std::span(&byte, 1)), seconds(5));
  EXPECT_EQ(silent.error().number(), ETIMEDOUT);
  EXPECT_FALSE(pair.server.alive());
  pair.one.power_on();
  Result<std::size_t> reset = pair.simulation.run((*stream)->read(std::span(&byte, 1)), seconds(5));
  EXPECT_EQ(reset.error().number(), ECONNRESET);
}

TEST(Simulation, PrivilegedSourcePortsAreTriedDownwards) {
  Pair pair(2);
  StreamOptions options;
  options.source_port_ceiling = 1023;
  const auto open = [](SimulatedWorld& world, Address to, StreamOptions with) -> Task<std::unique_ptr<Stream>> {
    std::unique_ptr<Stream> stream = co_await tried(world.network().connect(to, with));
    co_return std::move(stream);
  };
  auto first = pair.simulation.run(open(pair.client, pair.address, options));
  auto second = pair.simulation.run(open(pair.client, pair.address, options));
  ASSERT_TRUE(first && second);
  EXPECT_EQ((*first)->local().port, 1023);
  EXPECT_EQ((*second)->local().port, 1022);
  EXPECT_EQ((*second)->local().host, "10.0.0.2");
}

TEST(Simulation, AnAddressIsTakenOnce) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("a", "10.0.0.1").start_process();
  Result<std::unique_ptr<Listener>> first = world.network().listen(Address::tcp("", 500), {}, 1);
  ASSERT_TRUE(first);
  EXPECT_EQ(world.network().listen(Address::tcp("", 500), {}, 1).error().number(), EADDRINUSE);
  EXPECT_EQ(world.network().listen(Address::tcp("10.9.9.9", 501), {}, 1).error().number(), EADDRNOTAVAIL);
  first->reset();
  EXPECT_TRUE(world.network().listen(Address::tcp("", 500), {}, 1));
}

Task<int> counting_program(SimulatedWorld& world, std::vector<std::string> arguments) {
  co_await tried(world.sleep(seconds(1)));
  world.output() += arguments.at(1);
  co_return 3;
}

TEST(Simulation, ProgramsRunAsProcesses) {
  Simulation simulation(1);
  Host& host = simulation.add_host("a", "10.0.0.1");
  host.install("count", counting_program);
  SimulatedWorld& parent = host.start_process();
  Result<Finished> finished = simulation.run(parent.processes().run(Command{{"/usr/sbin/count", "words"}}));
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->exit.status, 3);
  EXPECT_EQ(finished->output, "words");

  Result<int> pid = parent.processes().start(Command{{"count", "x"}});
  ASSERT_TRUE(pid);
  EXPECT_EQ(parent.processes().command_line(*pid), (std::vector<std::string>{"count", "x"}));
  EXPECT_TRUE(parent.processes().signal(*pid, 0));
  EXPECT_TRUE(parent.processes().signal(*pid, 15));
  Result<Exit> exit = simulation.run(parent.processes().ended(*pid));
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->signal, 15);
  EXPECT_EQ(parent.processes().signal(*pid, 0).error().number(), ESRCH);
  EXPECT_EQ(parent.processes().start(Command{{"absent"}}).error().number(), ENOENT);
}

TEST(Simulation, WorkOffTheLoopTakesTimeAndDiesWithTheProcess) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("a", "10.0.0.1").start_process();
  Result<int> answer = simulation.run(world.off_loop([] { return 42; }));
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, 42);
  EXPECT_GT(simulation.now().time_since_epoch(), Duration::zero());

  bool ran = false;
  const auto later = [](SimulatedWorld& in, bool& flag) -> Task<> {
    co_await tried(in.off_loop([&flag] { return flag = true; }));
    co_return done;
  };
  world.start(later(world, ran));
  world.kill();
  simulation.run_until_idle();
  EXPECT_FALSE(ran);
}

TEST(Simulation, ADeadlineEndsASlowTask) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("a", "10.0.0.1").start_process();
  Result<Done> late = simulation.run(with_deadline(world, milliseconds(10), world.sleep(seconds(1))));
  EXPECT_EQ(late.error().number(), ETIMEDOUT);
  EXPECT_EQ(simulation.now().time_since_epoch(), milliseconds(10));
}

}  // namespace
}  // namespace mortar
