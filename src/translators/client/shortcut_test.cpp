// Clients on the brick's own machine, which go on by a Unix socket.
#include "wire/messages/shortcut.h"
#include "translators/client/protocol_test_support.h"

namespace mortar {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class Shortcut : public Protocol {
 protected:
  std::string state_of_server() const {
    std::string state;
    server_->dump_state(state);
    return state;
  }
  // Asks the brick for a shortcut from `world`, and begins a connection there with `token`, or with what it was told.
  static Task<std::string> try_token(World& world, std::optional<Gfid> token, bool twice) {
    std::unique_ptr<Stream> stream =
        co_await tried(world.network().connect(Address::tcp("server", port), StreamOptions{}));
    RpcConnection asking(std::move(stream));
    TaskSet reading;
    reading.start(asking.run());
    const AskForShortcut::Reply offer = co_await tried(asking.call(AskForShortcut{}));
    if (offer.op_ret < 0) co_return Error(offer.op_errno).sentence();
    std::string heard;
    for (int time = 0; time < (twice ? 2 : 1); ++time) {
      std::unique_ptr<Stream> shorter =
          co_await tried(world.network().connect(Address::unix_socket(offer.socket), StreamOptions{}));
      const Gfid said = token.value_or(offer.token);
      std::vector<Slice> bytes{Slice::copy(said.view())};
      co_await tried(shorter->write(std::move(bytes)));
      RpcConnection connection(std::move(shorter));
      TaskSet also_reading;
      also_reading.start(connection.run());
      const Result<CommonReply> pinged = co_await connection.call(Ping{});
      heard = pinged ? "answered" : pinged.error().sentence();
    }
    co_return heard;
  }
  std::string attempt(World& world, std::optional<Gfid> token = {}, bool twice = false) {
    Result<std::string> said = simulation_.run(try_token(world, token, twice), 1min);
    return said ? *said : said.error().sentence();
  }

  World& beside_ = server_host_.start_process("mount");
};

TEST_F(Shortcut, IsTakenByWhoIsOnTheBricksMachineUnderItsAddress) {
  start_server();
  Result<std::unique_ptr<Translator>> made = ProtocolClient::maker(process_)(beside_, client_section());
  ASSERT_TRUE(made);
  Listening top;
  top.add_child(**made);
  ASSERT_TRUE(simulation_.run((*made)->start()));
  ASSERT_TRUE(until([&] { return top.count<notice::ChildUp>() == 1; }));
  const std::string state = state_of_server();
  EXPECT_TRUE(state.contains("client0.shortcut=1\n")) << state;
  EXPECT_FALSE(state.contains("address=@")) << state;
  EXPECT_FALSE(state.contains("client1.")) << state;
  fop::Lookup root;
  root.gfid = root_gfid;
  EXPECT_TRUE(simulation_.run((*made)->perform(Call{}, root), 1min));
  // And again, when the brick was away.
  server_process_->kill();
  ASSERT_TRUE(until([&] { return top.count<notice::ChildDown>() == 1; }));
  start_server();
  ASSERT_TRUE(until([&] { return top.count<notice::ChildUp>() == 2; }));
  EXPECT_TRUE(state_of_server().contains("client0.shortcut=1\n"));
}

TEST_F(Shortcut, IsNotForOthers) {
  start_both();
  EXPECT_TRUE(state_of_server().contains("client0.shortcut=0\n")) << state_of_server();
  EXPECT_EQ(attempt(client_world_), Error(EREMOTE).sentence());
}

TEST_F(Shortcut, MayBeSwitchedOff) {
  VolumeSection section = server_section();
  section.set_option("shortcuts", "off");
  start_server(section);
  EXPECT_EQ(attempt(beside_), Error(EREMOTE).sentence());
}

// A brick that has been taken over could lead a client to any socket of its machine.
TEST_F(Shortcut, LeadsToNoOtherSocket) {
  bool is_led_astray = false;
  RpcService operations(programs::operations, "GlusterFS 4.x v1");
  RpcService shortcut(programs::shortcuts, "Mortar shortcuts");
  shortcut.on_raw(AskForShortcut::number, [](RpcConnection&, IncomingCall call) {
    AskForShortcut::Reply reply;
    reply.socket = "/run/others";
    call.reply(reply);
  });
  SimulatedWorld& taken_over = server_host_.start_process("glusterfsd");
  RpcServer brick(taken_over.background());
  brick.add(operations);
  brick.add(shortcut);
  brick.add_dump();
  Result<std::unique_ptr<Listener>> at = taken_over.network().listen(Address::tcp("", port), StreamOptions{}, 8);
  Result<std::unique_ptr<Listener>> others =
      taken_over.network().listen(Address::unix_socket("/run/others"), StreamOptions{}, 8);
  ASSERT_TRUE(at && others);
  RpcListener listening(taken_over, std::move(*at), brick);
  RpcListener astray(taken_over, std::move(*others), RpcListener::Accept([&](RpcConnection&) {
                       is_led_astray = true;
                       return std::shared_ptr<RpcHandler>();
                     }));
  Result<std::unique_ptr<Translator>> made = ProtocolClient::maker(process_)(beside_, client_section());
  ASSERT_TRUE(made);
  ASSERT_TRUE(simulation_.run((*made)->start()));
  simulation_.run_for(10s);
  EXPECT_FALSE(is_led_astray);
}

TEST_F(Shortcut, NeedsTheTokenAndTakesItOnce) {
  start_server();
  EXPECT_EQ(attempt(beside_), "answered");
  EXPECT_NE(attempt(beside_, Gfid{}), "answered");
  EXPECT_NE(attempt(beside_, {}, true), "answered");
}

}  // namespace
}  // namespace mortar
