#include "programs/network_volfile.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "wire/rpc_listener.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t port = 24007;

// A management daemon that knows one text.
class Daemon {
 public:
  explicit Daemon(SimulatedWorld& world) : world_(world) {
    service_.on<GetSpec>([this](RpcCaller, GetSpec) {
      ++asked;
      GetSpec::Reply reply;
      reply.op_ret = 1;
      reply.spec = text;
      return ready<GetSpec::Reply>(std::move(reply));
    });
    server_.add(service_);
    Result<std::unique_ptr<Listener>> listener = world_.network().listen(Address::tcp("", port), {}, 16);
    listener_ = std::make_unique<RpcListener>(world_, std::move(*listener), server_);
  }

  std::size_t connections() const { return listener_->size(); }

  std::string text = "first";
  unsigned asked = 0;

 private:
  SimulatedWorld& world_;
  RpcService service_{programs::handshake, "GlusterFS Handshake"};
  RpcServer server_{world_.background()};
  std::unique_ptr<RpcListener> listener_;
};

class NetworkVolfileTest : public ::testing::Test {
 protected:
  ~NetworkVolfileTest() override {  // tasks of the processes end before what they use
    client_.kill();
    server_.kill();
  }
  void start_daemon() { daemon_ = std::make_unique<Daemon>(server_); }
  VolfileQuestion question(unsigned rounds) {
    return {{Address::tcp("nobody", port), Address::tcp("server", port)}, "v", "", true, rounds};
  }

  Simulation simulation_{1};
  SimulatedWorld& server_ = simulation_.add_host("server", "10.0.0.1").start_process("glusterd");
  SimulatedWorld& client_ = simulation_.add_host("client", "10.0.0.2").start_process("glusterfs");
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(NetworkVolfileTest, OneRoundOverTheServers) {
  NetworkVolfile source(client_, question(1));
  EXPECT_EQ(simulation_.run(source.fetch()).error().number(), ENOTCONN);
  start_daemon();
  const Result<std::string> text = simulation_.run(source.fetch());
  ASSERT_TRUE(text) << text.error().sentence();
  EXPECT_EQ(*text, "first");
}

TEST_F(NetworkVolfileTest, AsManyRoundsAsAskedFor) {
  NetworkVolfile source(client_, question(5));
  TaskSet tasks;
  std::optional<Result<std::string>> text;
  tasks.start(detail::keep_outcome(source.fetch(), text));
  simulation_.run_for(7s);
  EXPECT_FALSE(text);
  start_daemon();
  ASSERT_TRUE(simulation_.run_until([&text] { return text.has_value(); }, 10s));
  ASSERT_TRUE(*text) << text->error().sentence();
  EXPECT_EQ(**text, "first");
}

TEST_F(NetworkVolfileTest, GivesUpAfterTheLastRound) {
  NetworkVolfile source(client_, question(3));
  const Instant begun = simulation_.now();
  EXPECT_EQ(simulation_.run(source.fetch()).error().number(), ENOTCONN);
  EXPECT_GE(simulation_.now() - begun, 6s);
}

// As a daemon does that is just ending.
TEST_F(NetworkVolfileTest, GoesOnToTheNextServerWhereOneTakesTheConnectionAndGoes) {
  start_daemon();
  SimulatedWorld& ending = simulation_.add_host("nobody", "10.0.0.3").start_process("glusterd");
  RpcServer deaf(ending.background());
  RpcService handshake(programs::handshake, "GlusterFS Handshake");
  handshake.on<GetSpec>([this, &ending](RpcCaller, GetSpec) {
    simulation_.network().cut_connections(ending.host(), client_.host());
    return ready<GetSpec::Reply>(failed(ENOTCONN));
  });
  deaf.add(handshake);
  Result<std::unique_ptr<Listener>> listener = ending.network().listen(Address::tcp("", port), {}, 16);
  ASSERT_TRUE(listener);
  RpcListener listening(ending, std::move(*listener), deaf);
  NetworkVolfile source(client_, question(1));
  const Result<std::string> text = simulation_.run(source.fetch());
  ASSERT_TRUE(text) << text.error().sentence();
  EXPECT_EQ(*text, "first");
  ending.kill();
}

TEST_F(NetworkVolfileTest, LooksAgainWhenToldTo) {
  start_daemon();
  NetworkVolfile source(client_, question(1));
  ASSERT_TRUE(simulation_.run(source.fetch()));
  TaskSet tasks;
  std::optional<Result<Done>> changed;
  tasks.start(detail::keep_outcome(source.changed(), changed));
  simulation_.run_for(1s);
  EXPECT_FALSE(changed);
  source.look_again();
  ASSERT_TRUE(simulation_.run_until([&changed] { return changed.has_value(); }, 1s));
  daemon_->text = "second";
  EXPECT_EQ(simulation_.run(source.fetch()).value_or(""), "second");
  EXPECT_EQ(daemon_->asked, 2U);
}

// Whoever fetches while the lost connection is being made again takes part in that, and does not make a second one.
TEST_F(NetworkVolfileTest, AFetchMayFindTheDaemonFirst) {
  start_daemon();
  NetworkVolfile source(client_, question(1));
  unsigned greetings = 0;
  source.on_reconnect([&greetings](NetworkVolfile::Connection connection) {
    greetings += connection != nullptr ? 1 : 0;
    return ready<Done>(done);
  });
  ASSERT_TRUE(simulation_.run(source.fetch()));
  simulation_.network().cut_connections(server_.host(), client_.host());
  ASSERT_TRUE(simulation_.run_until([&source] { return source.connection() == nullptr; }, 10s));
  ASSERT_TRUE(simulation_.run(source.fetch()));
  simulation_.run_for(10s);
  EXPECT_NE(source.connection(), nullptr);
  EXPECT_EQ(greetings, 1U);
  EXPECT_EQ(daemon_->connections(), 1U);
}

}  // namespace
}  // namespace mortar
