// RPC over the simulated network: delays, partial reads, connections that break at any moment.
#include <gtest/gtest.h>

#include <map>

#include "simulation/simulation.h"
#include "wire/file_operations.h"
#include "wire/messages/handshake.h"
#include "wire/rpc_listener.h"
#include "wire/rpc_service.h"

namespace mortar {
namespace {

using std::chrono::milliseconds;

// Echoes payloads after a while of its own choosing, so that answers overtake each other.
class EchoService {
 public:
  explicit EchoService(SimulatedWorld& world) : world_(world) {
    service_.on_raw(fop::Write::number, [this](RpcConnection&, IncomingCall call) {
      ++received_;
      world_.background().start(answer(world_, std::move(call)));
    });
    server_.add_dump();
    server_.add(service_);
    Result<std::unique_ptr<Listener>> listener = world.network().listen(Address::tcp("", 49152), {}, 16);
    listener_ = std::make_unique<RpcListener>(world, std::move(*listener), server_);
  }

  RpcListener& listener() { return *listener_; }
  unsigned received() const { return received_; }

 private:
  static Task<> answer(SimulatedWorld& world, IncomingCall call) {
    co_await tried(world.sleep(std::chrono::microseconds(world.random_number() % 3000)));
    fop::Write request;
    check(decode_whole(call.arguments(), request), "the simulated network keeps bytes whole");
    call.reply(fop::Read::Reply{{.op_ret = 1}, {}, request.size, {}, request.data});
    co_return done;
  }

  SimulatedWorld& world_;
  RpcService service_{programs::operations, "GlusterFS 4.x v1"};
  RpcServer server_{world_.background()};
  std::unique_ptr<RpcListener> listener_;
  unsigned received_ = 0;
};

struct Tally {
  unsigned answered = 0;
  unsigned lost = 0;
  unsigned wrong = 0;
  unsigned connections = 0;
};

// One call whose answer is checked; every call ends one way or the other.
Task<> write_once(RpcConnection& connection, Tally& tally, std::uint64_t number) {
  const std::string data = std::to_string(number) + std::string(number % 40'000, 'x');
  RpcCall call{.program = programs::operations, .procedure = fop::Write::number, .flavour = credential::glusterfs_3};
  fop::Write request{.size = static_cast<std::uint32_t>(data.size())};
  request.data.bytes = Slice::copy(data);
  call.arguments = {Slice::own(encode_flat(request))};
  Result<Slice> result = co_await connection.call(std::move(call));
  if (!result) {
    ++tally.lost;
    check(result.error().number() == ENOTCONN, "a call only fails with its connection");
    co_return done;
  }
  fop::Read::Reply reply;
  const bool right = decode_whole(std::move(*result), reply) && reply.data.bytes.text() == data;
  ++(right ? tally.answered : tally.wrong);
  co_return done;
}

Task<> use_connection(SimulatedWorld& world, Tally& tally, unsigned calls) {
  std::unique_ptr<Stream> stream = co_await tried(world.network().connect(Address::tcp("server", 49152), {}));
  ++tally.connections;
  RpcConnection connection(std::move(stream));
  TaskSet running;
  running.start(connection.run());
  TaskSet calling;
  for (unsigned call = 0; call < calls; ++call) {
    calling.start(write_once(connection, tally, world.random_number()));
    if (call % 8 == 0) {
      co_await tried(world.sleep(milliseconds(1)));
    }
  }
  co_await tried(calling.finished());
  co_return done;
}

struct Lab {
  explicit Lab(std::uint64_t seed) : simulation(seed) { simulation.network().conditions().partial_read = 0.3; }
  // Tasks of the processes end before what they use.
  ~Lab() {
    client.kill();
    server.kill();
  }
  Simulation simulation;
  SimulatedWorld& server = simulation.add_host("server", "10.0.0.1").start_process("brick");
  SimulatedWorld& client = simulation.add_host("client", "10.0.0.2").start_process("client");
  EchoService service{server};
};

TEST(RpcSimulation, EveryAnswerReachesItsCall) {
  Lab lab(1);
  Tally tally;
  ASSERT_TRUE(lab.simulation.run(use_connection(lab.client, tally, 500)));
  EXPECT_EQ(tally.answered, 500U);
  EXPECT_EQ(tally.wrong + tally.lost, 0U);
  lab.simulation.run_for(std::chrono::seconds(1));
  EXPECT_EQ(lab.service.listener().size(), 0U);
}

TEST(RpcSimulation, CutsLoseCallsButNeverMixThemUp) {
  unsigned lost = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Lab lab(seed);
    lab.simulation.network().conditions().cut = 0.01;
    Tally tally;
    for (int round = 0; round < 10; ++round) {
      Result<Done> used = lab.simulation.run(use_connection(lab.client, tally, 40));
      ASSERT_TRUE(used || used.error().number() == ECONNRESET || used.error().number() == ECONNREFUSED)
          << seed << " " << used.error().sentence();
    }
    EXPECT_EQ(tally.wrong, 0U) << seed;
    EXPECT_EQ(tally.answered + tally.lost, tally.connections * 40) << seed;
    lost += tally.lost;
    lab.simulation.run_for(std::chrono::seconds(300));
    EXPECT_EQ(lab.service.listener().size(), 0U) << seed;
  }
  EXPECT_GT(lost, 0U);
}

TEST(RpcSimulation, ABrokenPeerDoesNotDisturbOthers) {
  Lab lab(3);
  const auto talk_garbage = [](SimulatedWorld& world) -> Task<> {
    std::unique_ptr<Stream> stream = co_await tried(world.network().connect(Address::tcp("server", 49152), {}));
    std::vector<Slice> garbage{Slice::own(std::string(5000, '\xff'))};
    co_await tried(stream->write(std::move(garbage)));
    std::vector<std::byte> buffer(100);
    std::size_t size = co_await tried(stream->read(buffer));
    if (size != 0) co_return failed(EPROTO, "the server answered garbage");
    co_return done;
  };
  Tally tally;
  lab.client.start(use_connection(lab.client, tally, 200));
  Result<Done> refused = lab.simulation.run(talk_garbage(lab.client));
  EXPECT_TRUE(refused || refused.error().number() == ECONNRESET);
  lab.simulation.run_for(std::chrono::seconds(5));
  EXPECT_EQ(tally.answered, 200U);
}

TEST(RpcSimulation, WithoutAcceptingWhatIsThereGoesOn) {
  Lab lab(4);
  Tally tally;
  lab.client.start(use_connection(lab.client, tally, 100));
  ASSERT_TRUE(lab.simulation.run_until([&tally] { return tally.answered > 0; }));
  lab.service.listener().stop_accepting();
  Tally late;
  EXPECT_FALSE(lab.simulation.run(use_connection(lab.client, late, 1)));
  lab.simulation.run_for(std::chrono::seconds(5));
  EXPECT_EQ(tally.answered, 100U);
}

}  // namespace
}  // namespace mortar
