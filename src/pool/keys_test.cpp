#include "pool/keys.h"

#include <gtest/gtest.h>

#include "runtime/tls_stream.h"
#include "simulation/simulation.h"

namespace mortar {
namespace {

constexpr Gfid pool_id = fixed_gfid(1);
constexpr KeySeed seed_of(std::uint8_t first) { return {first}; }

TEST(Keys, FollowFromTheirSeed) {
  EXPECT_EQ(*make_authority(pool_id, seed_of(1)), *make_authority(pool_id, seed_of(1)));
  EXPECT_NE(make_authority(pool_id, seed_of(1))->key, make_authority(pool_id, seed_of(2))->key);
  const Authority authority = *make_authority(pool_id, seed_of(1));
  const std::string key = *public_key_of(*make_private_key(seed_of(3)));
  const Holder holder{pool_id, fixed_gfid(2), {"10.0.0.1", "fd00::1", "server.example", "no name, IP:1.2.3.4"}};
  const Result<std::string> certificate = issue_certificate(authority, holder, key, fixed_gfid(9));
  ASSERT_TRUE(certificate);
  EXPECT_EQ(*certificate, *issue_certificate(authority, holder, key, fixed_gfid(9)));
  EXPECT_NE(*certificate, *issue_certificate(authority, holder, key, fixed_gfid(8)));
  EXPECT_NE(*revocation_list(authority, {fixed_gfid(9)}), *revocation_list(authority, {}));
}

TEST(Keys, WhatIsNoKeyIsRefused) {
  const Authority authority = *make_authority(pool_id, seed_of(1));
  EXPECT_FALSE(public_key_of("nonsense"));
  EXPECT_FALSE(issue_certificate(authority, {}, "nonsense", fixed_gfid(9)));
  EXPECT_FALSE(issue_certificate({}, {}, *public_key_of(authority.key), fixed_gfid(9)));
  EXPECT_FALSE(revocation_list({}, {}));
}

TlsIdentity identity_of(const Authority& authority, std::uint8_t server) {
  const std::string key = *make_private_key(seed_of(static_cast<std::uint8_t>(100 + server)));
  const Holder holder{pool_id, fixed_gfid(server), {}};
  return {*issue_certificate(authority, holder, *public_key_of(key), fixed_gfid(server)), key, authority.certificate};
}

constexpr std::size_t much = 300'000;

Task<> greet_back(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context, TlsPeer& caller) {
  std::unique_ptr<TlsStream> stream = co_await tried(TlsStream::accept(std::move(under), std::move(context)));
  caller = stream->certified();
  std::vector<std::byte> buffer(1000);
  for (std::size_t got = 0; got < much;) {
    got += co_await tried(stream->read(buffer));
  }
  std::vector<Slice> answer{Slice::copy("well "), Slice::copy("received")};
  co_await tried(stream->write(std::move(answer)));
  co_return done;
}

Task<> accept_one(SimulatedWorld& world, std::shared_ptr<TlsContext> context, TlsPeer& caller) {
  std::unique_ptr<Listener> listener =
      co_await tried(world.network().listen(Address::tcp("", 24007), StreamOptions{}, 4));
  std::unique_ptr<Stream> under = co_await tried(listener->accept());
  co_await tried(greet_back(std::move(under), std::move(context), caller));
  co_return done;
}

Task<std::string> greet(SimulatedWorld& world, std::shared_ptr<TlsContext> context, TlsPeer& called) {
  std::unique_ptr<Stream> under =
      co_await tried(world.network().connect(Address::tcp("10.0.0.1", 24007), StreamOptions{}));
  std::unique_ptr<TlsStream> stream = co_await tried(TlsStream::connect(std::move(under), std::move(context)));
  called = stream->certified();
  std::vector<Slice> greeting{Slice::own(std::string(much, 'x'))};
  co_await tried(stream->write(std::move(greeting)));
  std::string answer;
  std::vector<std::byte> buffer(4);
  while (answer.size() < 13) {
    const std::size_t size = co_await tried(stream->read(buffer));
    if (size == 0) break;
    answer += as_text(Bytes(buffer.data(), size));
  }
  co_return std::move(answer);
}

struct Greeting {
  Result<std::string> answer;
  TlsPeer caller;
  TlsPeer called;
};

Greeting greet_between(const TlsIdentity& caller, const TlsIdentity& called) {
  Simulation simulation(1);
  simulation.network().conditions().partial_read = 0.5;
  SimulatedWorld& one = simulation.add_host("one", "10.0.0.1").start_process();
  SimulatedWorld& two = simulation.add_host("two", "10.0.0.2").start_process();
  Greeting greeting;
  one.start(accept_one(one, *TlsContext::make(called), greeting.caller));
  greeting.answer = simulation.run(greet(two, *TlsContext::make(caller), greeting.called));
  return greeting;
}

TEST(Keys, MembersKnowEachOtherByThem) {
  const Authority authority = *make_authority(pool_id, seed_of(1));
  const Greeting greeting = greet_between(identity_of(authority, 2), identity_of(authority, 1));
  ASSERT_TRUE(greeting.answer) << greeting.answer.error().sentence();
  EXPECT_EQ(*greeting.answer, "well received");
  EXPECT_EQ(greeting.caller.unit, fixed_gfid(2).text());
  EXPECT_EQ(greeting.called.unit, fixed_gfid(1).text());
  EXPECT_EQ(greeting.called.name, pool_id.text());
  EXPECT_EQ(greeting.called.public_key, *public_key_of(identity_of(authority, 1).key));
}

TEST(Keys, StrangersAreTurnedAway) {
  const Authority authority = *make_authority(pool_id, seed_of(1));
  const Authority other = *make_authority(pool_id, seed_of(2));
  EXPECT_FALSE(greet_between(identity_of(other, 2), identity_of(authority, 1)).answer);
  EXPECT_EQ(greet_between(identity_of(authority, 2), identity_of(other, 1)).answer.error().number(), EACCES);
  TlsIdentity mixed = identity_of(authority, 2);
  mixed.key = identity_of(authority, 3).key;
  EXPECT_FALSE(TlsContext::make(mixed));
  EXPECT_FALSE(TlsContext::make({}));
}

}  // namespace
}  // namespace mortar
