#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/join.h"
#include "runtime/real_world_test_support.h"
#include "runtime/socket_address.h"
#include "runtime/unique_descriptor.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

class NetworkTest : public RealWorldTest {
 protected:
  std::unique_ptr<Listener> listen(const Address& at, StreamOptions options = {}) {
    Result<std::unique_ptr<Listener>> listener = world().network().listen(at, options, 128);
    EXPECT_TRUE(listener) << listener.error().sentence();
    return std::move(*listener);
  }
};

Address loopback(const Listener& listener) { return Address::tcp("127.0.0.1", listener.address().port); }

struct Pair {
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};

Task<Pair> connected(World& world, Listener& listener, Address to, StreamOptions options) {
  Pair pair;
  pair.client = co_await tried(world.network().connect(to, options));
  pair.server = co_await tried(listener.accept());
  co_return std::move(pair);
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t index = 0; index < size; ++index) text[index] = static_cast<char>(index * 31 + index / 251);
  return text;
}

Task<std::string> read_some(Stream& stream, std::size_t most) {
  std::string text(most, '\0');
  const std::size_t got = co_await tried(stream.read(std::as_writable_bytes(std::span(text))));
  text.resize(got);
  co_return text;
}

Task<std::string> read_exactly(Stream& stream, std::size_t size, std::size_t piece) {
  std::string whole;
  while (whole.size() < size) {
    std::string part = co_await tried(read_some(stream, std::min(piece, size - whole.size())));
    if (part.empty()) co_return Error(ECONNRESET);
    whole += part;
  }
  co_return whole;
}

Task<> write_text(Stream& stream, std::string text) {
  std::vector<Slice> slices{Slice::own(std::move(text))};
  co_await tried(stream.write(std::move(slices)));
  co_return done;
}

Task<> echo(Stream& stream) {
  while (true) {
    std::string text = co_await tried(read_some(stream, 70'000));
    if (text.empty()) co_return done;
    co_await tried(write_text(stream, std::move(text)));
  }
}

Task<std::string> through_echo(World& world, Listener& listener, Address to, std::string text, std::size_t piece) {
  Pair pair = co_await tried(connected(world, listener, to, {}));
  TaskSet running;
  running.start(echo(*pair.server));
  running.start(write_text(*pair.client, text));
  std::string back = co_await tried(read_exactly(*pair.client, text.size(), piece));
  co_return back;
}

TEST_P(NetworkTest, EchoesOverTcp) {
  auto listener = listen(Address::tcp("", 0));
  EXPECT_EQ(*run(through_echo(world(), *listener, loopback(*listener), "hello", 100)), "hello");
}

TEST_P(NetworkTest, CarriesMuchInPartialReadsAndWrites) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  const std::string much = pattern(24'000'000);
  EXPECT_TRUE(*run(through_echo(world(), *listener, loopback(*listener), much, 99'991)) == much);
}

TEST_P(NetworkTest, EchoesOverUnixSocketsAndTellsTheUid) {
  const Address at = Address::unix_socket(folder_ / "socket");
  auto listener = listen(at);
  EXPECT_EQ(*run(through_echo(world(), *listener, at, "unix", 2)), "unix");
  Result<Pair> pair = run(connected(world(), *listener, at, {}));
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->server->peer_uid(), ::getuid());
  EXPECT_EQ(pair->client->peer_uid(), ::getuid());
  EXPECT_EQ(pair->server->local(), at);
}

TEST_P(NetworkTest, AnAbstractNameIsNoFileAndGoesWithItsListener) {
  const Address at = Address::unix_socket("@mortar-test/" + world().random_gfid().text());
  {
    auto listener = listen(at);
    EXPECT_EQ(listener->address(), at);
    EXPECT_EQ(*run(through_echo(world(), *listener, at, "abstract", 2)), "abstract");
    EXPECT_FALSE(std::filesystem::exists(at.path));
  }
  EXPECT_EQ(run(world().network().connect(at, {})).error().number(), ECONNREFUSED);
}

Task<> write_pieces(Stream& stream, std::size_t count) {
  std::vector<Slice> slices;
  for (std::size_t index = 0; index < count; ++index) slices.push_back(Slice::copy(std::to_string(index % 10)));
  slices.push_back(Slice());
  co_await tried(stream.write(std::move(slices)));
  co_return done;
}

Task<std::string> many_pieces(World& world, Listener& listener, std::size_t count) {
  Pair pair = co_await tried(connected(world, listener, loopback(listener), {}));
  TaskSet running;
  running.start(write_pieces(*pair.client, count));
  std::string text = co_await tried(read_exactly(*pair.server, count, 4096));
  co_return text;
}

TEST_P(NetworkTest, SendsMorePiecesThanOneCallTakes) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  Result<std::string> text = run(many_pieces(world(), *listener, 3000));
  ASSERT_TRUE(text);
  EXPECT_EQ(text->size(), 3000U);
  EXPECT_EQ(text->substr(2995), "56789");
}

Task<bool> end_is_seen(World& world, Listener& listener, bool by_shutdown) {
  Pair pair = co_await tried(connected(world, listener, loopback(listener), {}));
  if (by_shutdown) {
    pair.client->shut_down();
  } else {
    pair.client.reset();
  }
  std::string text = co_await tried(read_some(*pair.server, 10));
  co_return text.empty();
}

TEST_P(NetworkTest, TheEndOfAStreamReadsAsNothing) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  EXPECT_TRUE(*run(end_is_seen(world(), *listener, false)));
  EXPECT_TRUE(*run(end_is_seen(world(), *listener, true)));
}

Task<> read_into(Stream& stream, Result<std::string>& result) {
  result = co_await read_some(stream, 100);
  co_return done;
}

Task<std::string> shut_down_under_a_read(World& world, Listener& listener) {
  Pair pair = co_await tried(connected(world, listener, loopback(listener), {}));
  Result<std::string> result = failed(EIO);
  TaskSet running;
  running.start(read_into(*pair.server, result));
  co_await tried(world.sleep(1ms));
  pair.server->shut_down();
  co_await tried(running.finished());
  co_return std::move(result);
}

TEST_P(NetworkTest, ShuttingDownEndsAPendingRead) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  Result<std::string> result = run(shut_down_under_a_read(world(), *listener));
  EXPECT_TRUE(!result || result->empty());
}

// The buffer is freed with the task, the stream lives on: nothing that arrives may be written to it or be lost.
Task<std::string> cancelled_reads(World& world, Listener& listener) {
  Pair pair = co_await tried(connected(world, listener, loopback(listener), {}));
  std::string taken;
  for (int round = 0; round < 60; ++round) {
    Result<std::string> read = failed(EIO);
    {
      TaskSet running;
      running.start(read_into(*pair.server, read));
      if (round % 2 == 0) {
        co_await tried(world.sleep(100us));
      }
      co_await tried(write_text(*pair.client, std::to_string(round % 10)));
      if (round % 3 == 0) {
        co_await next_turn();
      }
    }
    if (read) taken += *read;
  }
  std::string rest = co_await tried(read_exactly(*pair.server, 60 - taken.size(), 7));
  co_return taken + rest;
}

TEST_P(NetworkTest, ACancelledReadLosesNothing) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  Result<std::string> result = run(cancelled_reads(world(), *listener));
  ASSERT_TRUE(result);
  std::string expected;
  for (int round = 0; round < 60; ++round) expected += std::to_string(round % 10);
  EXPECT_EQ(*result, expected);
}

Task<> ends_with_its_stream(World& world, Listener& listener) {
  Pair pair = co_await tried(connected(world, listener, loopback(listener), {}));
  Result<std::string> result = "";
  TaskSet running;
  running.start(read_into(*pair.server, result));
  running.start(write_text(*pair.server, pattern(30'000'000)));
  co_await tried(world.sleep(1ms));
  EXPECT_EQ(running.running(), 2U);
  pair.server.reset();
  co_await tried(running.finished());
  EXPECT_FALSE(result);
  co_return done;
}

TEST_P(NetworkTest, DestroyingAStreamEndsWhatWaitsForIt) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  EXPECT_TRUE(run(ends_with_its_stream(world(), *listener)));
}

Task<> cancelled_write(World& world, Listener& listener) {
  Pair pair = co_await tried(connected(world, listener, loopback(listener), {}));
  {
    TaskSet running;
    running.start(write_text(*pair.client, pattern(30'000'000)));
    co_await tried(world.sleep(1ms));
    EXPECT_EQ(running.running(), 1U);
  }
  pair.client.reset();
  std::string some = co_await tried(read_some(*pair.server, 100));
  EXPECT_EQ(some, pattern(100));
  co_return done;
}

TEST_P(NetworkTest, AWriteCanBeCancelled) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  EXPECT_TRUE(run(cancelled_write(world(), *listener)));
}

Task<> accept_once(Listener& listener, int& accepted) {
  std::unique_ptr<Stream> stream = co_await tried(listener.accept());
  ++accepted;
  co_return done;
}

Task<int> accept_after_cancel(World& world, Listener& listener) {
  int accepted = 0;
  {
    TaskSet cancelled;
    cancelled.start(accept_once(listener, accepted));
    co_await tried(world.sleep(1ms));
  }
  TaskSet running;
  running.start(accept_once(listener, accepted));
  auto client = co_await tried(world.network().connect(loopback(listener), {}));
  co_await tried(running.finished());
  co_return accepted;
}

TEST_P(NetworkTest, ACancelledAcceptTakesNoConnection) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  EXPECT_EQ(*run(accept_after_cancel(world(), *listener)), 1);
}

TEST_P(NetworkTest, RefusalsNameTheAddress) {
  std::uint16_t port = 0;
  {
    port = listen(Address::tcp("127.0.0.1", 0))->address().port;
  }
  Result<std::unique_ptr<Stream>> refused = run(world().network().connect(Address::tcp("127.0.0.1", port), {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().number(), ECONNREFUSED);
  EXPECT_NE(refused.error().sentence().find("127.0.0.1:" + std::to_string(port)), std::string::npos);

  Result<std::unique_ptr<Stream>> absent = run(world().network().connect(Address::unix_socket(folder_ / "none"), {}));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().number(), ENOENT);

  Result<std::unique_ptr<Stream>> nobody = run(world().network().connect(Address::tcp("255.255.255.255", 1), {}));
  ASSERT_FALSE(nobody);

  Result<std::unique_ptr<Stream>> unknown = run(world().network().connect(Address::tcp("no-such-host.invalid", 1), {}));
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().sentence().find("no-such-host.invalid"), std::string::npos);
}

Task<std::string> silent(World& world, Listener& listener) {
  Pair pair = co_await tried(connected(world, listener, loopback(listener), {}));
  Result<std::string> late = co_await with_deadline(world, 5ms, read_some(*pair.client, 10));
  EXPECT_FALSE(late);
  EXPECT_EQ(late.error().number(), ETIMEDOUT);
  co_await tried(write_text(*pair.server, "after"));
  std::string text = co_await tried(read_some(*pair.client, 10));
  co_return text;
}

TEST_P(NetworkTest, AReadWithADeadlineLeavesTheStreamUsable) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  EXPECT_EQ(*run(silent(world(), *listener)), "after");
}

TEST_P(NetworkTest, APortInUseIsSaidSo) {
  auto first = listen(Address::tcp("", 0));
  Result<std::unique_ptr<Listener>> second = world().network().listen(Address::tcp("", first->address().port), {}, 10);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().number(), EADDRINUSE);
  EXPECT_NE(second.error().sentence().find(std::to_string(first->address().port)), std::string::npos);
}

TEST_P(NetworkTest, AStaleSocketIsReplacedALiveOneIsNot) {
  const Address at = Address::unix_socket(folder_ / "socket");
  {
    // What a process leaves that is killed.
    const UniqueDescriptor left(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const SocketAddress place = *SocketAddress::unix_socket(at.path);
    ASSERT_EQ(::bind(left.number(), place.get(), place.size), 0);
  }
  {
    auto listener = listen(at);
    Result<std::unique_ptr<Listener>> second = world().network().listen(at, {}, 10);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().number(), EADDRINUSE);
  }
  EXPECT_FALSE(world().files().status(FileSystem::no_directory, at.path));
  Result<std::unique_ptr<Listener>> too_long =
      world().network().listen(Address::unix_socket(folder_ / std::string(120, 'a')), {}, 10);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().number(), ENAMETOOLONG);
}

TEST_P(NetworkTest, SourcePortsGoDownFromTheCeiling) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  StreamOptions options;
  options.source_port_ceiling = 49151;
  std::vector<Pair> pairs;
  std::uint16_t last = 49152;
  for (int round = 0; round < 5; ++round) {
    Result<Pair> pair = run(connected(world(), *listener, loopback(*listener), options));
    ASSERT_TRUE(pair);
    EXPECT_LT(pair->client->local().port, last);
    EXPECT_GT(pair->client->local().port, 48000);
    EXPECT_EQ(pair->server->peer(), pair->client->local());
    last = pair->client->local().port;
    pairs.push_back(std::move(*pair));
  }
}

TEST_P(NetworkTest, AListenerOfAnyHostServesBothFamilies) {
  auto listener = listen(Address::tcp("", 0));
  EXPECT_EQ(*run(through_echo(world(), *listener, loopback(*listener), "four", 10)), "four");
  Result<Pair> pair = run(connected(world(), *listener, loopback(*listener), {}));
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->server->peer().host, "127.0.0.1");
  const std::vector<std::string> own = world().network().own_addresses();
  EXPECT_NE(std::ranges::find(own, "127.0.0.1"), own.end());
  if (std::ranges::find(own, "::1") == own.end()) GTEST_SKIP() << "no IPv6 here";
  const Address six = Address::tcp("::1", listener->address().port);
  EXPECT_EQ(*run(through_echo(world(), *listener, six, "six", 10)), "six");
}

TEST_P(NetworkTest, NamesAreLookedUp) {
  auto listener = listen(Address::tcp("", 0));
  const Address named = Address::tcp("localhost", listener->address().port);
  EXPECT_EQ(*run(through_echo(world(), *listener, named, "named", 10)), "named");
  Result<std::vector<std::string>> found = run(world().network().resolve("localhost"));
  ASSERT_TRUE(found);
  EXPECT_NE(std::ranges::find(*found, "127.0.0.1"), found->end());
  EXPECT_TRUE(run(world().network().resolve("no-such-host.invalid"))->empty());
  EXPECT_FALSE(world().network().host_name().empty());
}

Task<std::size_t> many_clients(World& world, Listener& listener, std::size_t count) {
  std::vector<Task<std::string>> tasks;
  for (std::size_t index = 0; index < count; ++index) {
    tasks.push_back(through_echo(world, listener, loopback(listener), std::string(1000, 'a'), 300));
  }
  std::vector<Result<std::string>> answers = co_await tried(all(std::move(tasks)));
  std::size_t fine = 0;
  for (const Result<std::string>& answer : answers) fine += answer && answer->size() == 1000 ? 1 : 0;
  co_return fine;
}

TEST_P(NetworkTest, OneAcceptAtATimeServesManyClients) {
  auto listener = listen(Address::tcp("127.0.0.1", 0));
  for (int round = 0; round < 50; ++round) {
    ASSERT_EQ(*run(many_clients(world(), *listener, 1)), 1U);
  }
}

TEST(AddressText, IsWhatUsersKnow) {
  EXPECT_EQ(Address::tcp("a", 1).text(), "a:1");
  EXPECT_EQ(Address::tcp("::1", 24007).text(), "[::1]:24007");
  EXPECT_EQ(Address::tcp("", 24007).text(), "*:24007");
  EXPECT_EQ(Address::unix_socket("/run/x").text(), "/run/x");
}

INSTANTIATE_TEST_SUITE_P(Engines, NetworkTest, testing::Bool(), engine_name);

}  // namespace
}  // namespace mortar
