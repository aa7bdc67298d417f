// One port for members with TLS and everybody else without: members reach the document, strangers do not.
#include "management/peers/certificates.h"

#include <gtest/gtest.h>

#include "management/peers/document_service.h"
#include "management/peers/remote_register.h"
#include "pool/document.h"
#include "simulation/simulated_register.h"
#include "simulation/simulation.h"
#include "wire/rpc_listener.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

constexpr Gfid pool_id = fixed_gfid(90);
const Address server_address = Address::tcp("10.0.0.1", 24007);

std::string key_of(std::uint8_t server) { return *make_private_key(KeySeed{server, 1}); }

TlsIdentity identity_of(const Authority& authority, std::uint8_t server) {
  const std::string key = key_of(server);
  return {*issue_certificate(authority, {pool_id, fixed_gfid(server), {}}, *public_key_of(key), fixed_gfid(server)),
          key, authority.certificate};
}

Task<std::unique_ptr<Stream>> connect_as_member(World& world, Address to, TlsIdentity identity) {
  std::shared_ptr<TlsContext> context = co_await tried(TlsContext::make(identity));
  std::unique_ptr<Stream> under = co_await tried(world.network().connect(std::move(to), StreamOptions{}));
  std::unique_ptr<TlsStream> stream = co_await tried(TlsStream::connect(std::move(under), std::move(context)));
  co_return std::move(stream);
}

Task<std::unique_ptr<Stream>> connect_plainly(World& world, Address to) {
  return world.network().connect(std::move(to), StreamOptions{});
}

class MembersTest : public testing::Test {
 protected:
  MembersTest() {
    pool_.trust = Trust{pool_id, authority_, {}};
    for (const auto number : {std::uint8_t{1}, std::uint8_t{2}}) {
      pool_.servers.push_back(Server{.id = fixed_gfid(number), .public_key = *public_key_of(key_of(number))});
    }
    EXPECT_TRUE(simulation_.run(documents_.swap(0, format_pool(pool_))));
    for_members_.add(members_);
    Result<std::unique_ptr<Listener>> listening = server_.network().listen(server_address, {}, 16);
    EXPECT_TRUE(listening);
    listener_ = std::make_unique<RpcListener>(
        server_, std::move(*listening),
        RpcListener::Receive([this](std::unique_ptr<Stream> stream) { return receive(*this, std::move(stream)); }));
  }
  ~MembersTest() override { server_.kill(); }

  static Task<RpcListener::Received> receive(MembersTest& test, std::unique_ptr<Stream> stream) {
    AcceptedStream accepted = co_await tried(accept_tls_or_plain(std::move(stream), test.context_));
    RpcHandler* handler = &test.for_everybody_;
    if (accepted.certified) {
      co_await tried(certified_member(test.pool_, *accepted.certified));
      handler = &test.for_members_;
    }
    co_return RpcListener::Received{std::move(accepted.stream), RpcListener::always(*handler)};
  }

  Result<Document> read_by(RemoteRegister::Connect connect) {
    RemoteRegister remote(client_, std::move(connect));
    remote.set_voters({server_address});
    return simulation_.run(remote.read());
  }
  Result<Document> read_as(const TlsIdentity& identity) {
    return read_by([this, identity](Address to) { return connect_as_member(client_, std::move(to), identity); });
  }

  const Authority authority_ = *make_authority(pool_id, KeySeed{1});
  std::shared_ptr<TlsContext> context_ = *TlsContext::make(identity_of(authority_, 1));
  Pool pool_;
  Simulation simulation_{1};
  SharedRegister shared_{simulation_, simulation_.random().split()};
  SimulatedWorld& server_ = simulation_.add_host("server", "10.0.0.1").start_process();
  SimulatedWorld& client_ = simulation_.add_host("client", "10.0.0.2").start_process();
  SimulatedRegister documents_{shared_, server_};
  RpcService members_{programs::members, "Members"};
  DocumentService service_{server_, members_, [this] { return &documents_; }};
  RpcServer for_members_{server_.background()};
  RpcServer for_everybody_{server_.background()};
  std::unique_ptr<RpcListener> listener_;
};

TEST_F(MembersTest, AMemberReadsTheDocument) {
  const Result<Document> document = read_as(identity_of(authority_, 2));
  ASSERT_TRUE(document) << document.error().sentence();
  EXPECT_EQ(document->text, format_pool(pool_));
}

TEST_F(MembersTest, NobodyElseDoes) {
  EXPECT_FALSE(read_by([this](Address to) { return connect_plainly(client_, std::move(to)); }));
  // Of another authority; of the pool's, but nobody who is in it any more, or whose key is another by now.
  EXPECT_FALSE(read_as(identity_of(*make_authority(pool_id, KeySeed{2}), 2)));
  EXPECT_FALSE(read_as(identity_of(authority_, 3)));
  pool_.servers.back().public_key = *public_key_of(key_of(7));
  EXPECT_FALSE(read_as(identity_of(authority_, 2)));
  context_ = nullptr;
  EXPECT_FALSE(read_as(identity_of(authority_, 1)));
}

}  // namespace
}  // namespace mortar
