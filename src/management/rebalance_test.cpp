// Rebalances as processes of a server.
#include <gtest/gtest.h>

#include "management/commands.h"
#include "management/management_test_support.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using namespace testing;

// What a rebalance process does as far as glusterd sees: it answers how far it is, and tells how it ended.
struct Walks {
  Event finish;
  bool tells = true;
  int begun = 0;
};

EventNotify report(std::int64_t status) {
  EventNotify event;
  event.dict.dictionary.set_text("volname", "rebalance/vol");
  event.dict.dictionary.set_text("status", std::to_string(status));
  event.dict.dictionary.set_text("failures", "3");
  event.dict.dictionary.set("run-time", 7.0);
  return event;
}

Task<int> walk(SimulatedWorld& world, std::vector<std::string> words, Walks& walks) {
  ++walks.begun;
  std::unique_ptr<Stream> stream = co_await tried(world.network().connect(Address::tcp("server", 24007), {}));
  RpcConnection glusterd(std::move(stream));
  TaskSet tasks;
  tasks.start(glusterd.run());
  bool told_to_stop = false;
  RpcService service(programs::brick, "Gluster Brick operations");
  service.on<brick_operation::Defragment>([&](RpcCaller, brick_operation::Defragment request) {
    told_to_stop = request.input.dictionary.text("rebalance-command") == "2";
    if (told_to_stop) walks.finish.set();
    BrickOperationReply reply;
    reply.output.dictionary = report(told_to_stop ? 6 : 5).dict.dictionary;
    return ready<BrickOperationReply>(std::move(reply));
  });
  RpcServer server(tasks);
  server.add(service);
  auto listening = world.network().listen(Address::unix_socket(word_after(words, "--socket-file")), {}, 8);
  std::unique_ptr<Listener> listener = co_await tried(std::move(listening));
  RpcListener accepting(world, std::move(listener), server);
  co_await walks.finish.wait();
  if (walks.tells) {
    const EventNotify ended = report(told_to_stop ? 6 : 7);
    co_await tried(glusterd.call(ended));
  }
  co_return 0;
}

struct GrownVolume : ::testing::Test {
  GrownVolume() : machine(31) {
    machine.host.install("/sbin/glusterfs", [this](SimulatedWorld& world, std::vector<std::string> words) {
      return run_glusterfs(world, std::move(words), walks);
    });
    chosen.client_program = "/sbin/glusterfs";
    daemon.emplace(machine.host, chosen);
    check(daemon->start().has_value(), "the daemon starts");
    CreateVolume edit = creation("vol");
    edit.volume.bricks.push_back(Brick{"server", "/data/other", {}});
    check(daemon->run(&Management::create_volume, edit).has_value(), "a volume is made");
    check(daemon->run(&Management::start_volume, StartVolume{"vol"}).has_value(), "the volume starts");
  }

  static Task<int> run_glusterfs(SimulatedWorld& world, std::vector<std::string> words, Walks& walks) {
    if (words.back() == "--in-background") {
      const int status = co_await tried(walk(world, std::move(words), walks));
      co_return status;
    }
    const std::string pid_file = word_after(words, "--pid-file");
    words.push_back("--in-background");
    const int pid = co_await tried(world.processes().start(Command{.arguments = std::move(words)}));
    co_await tried(world.files().write_file(pid_file, fmt::format("{}\n", pid)));
    co_return 0;
  }

  Result<Dictionary> ask(const char* command) {
    Dictionary request;
    request.set_text("volname", "vol");
    request.set_text("cmd-str", "volume rebalance vol");
    request.set_text("rebalance-command", command);
    return machine.simulation.run(commands::rebalance_volume(daemon->management(), std::move(request)));
  }
  std::optional<Rebalance> rebalance() { return daemon->management().pool().find("vol")->rebalance; }
  bool is(RebalanceState state) { return rebalance() && rebalance()->state() == state; }

  Machine machine;
  Walks walks;
  Settings chosen = settings();
  std::optional<Daemon> daemon;
};

TEST_F(GrownVolume, AWalkTellsHowItEnded) {
  const Result<Dictionary> started = ask("4");
  ASSERT_TRUE(started) << started.error().sentence();
  EXPECT_EQ(started->text("rebalance-id"), rebalance()->id.text());
  Result<Dictionary> status = ask("3");
  ASSERT_TRUE(status) << status.error().sentence();
  EXPECT_EQ(status->number("count"), 1);
  EXPECT_EQ(status->text("node-name-1"), "localhost");
  EXPECT_EQ(status->number("status-1"), 5);
  walks.finish.set();
  ASSERT_TRUE(machine.simulation.run_until([this] { return is(RebalanceState::completed); }, 1min));
  status = ask("3");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->number("status-1"), 7);
  EXPECT_EQ(status->number("failures-1"), 3);
  EXPECT_EQ(std::get<double>(*status->find("run-time-1")), 7.0);

  Dictionary request;
  request.set_text("volname", "vol");
  request.set_text("cmd", "256");
  const Result<Dictionary> whole =
      machine.simulation.run(commands::status_volume(daemon->management(), std::move(request)));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->number("tasks"), 1);
  EXPECT_EQ(whole->text("task0.type"), "Rebalance");
  EXPECT_EQ(whole->number("task0.status"), 7);
}

TEST_F(GrownVolume, OneThatEndsWithoutTellingHasFailed) {
  ASSERT_TRUE(ask("4"));
  walks.tells = false;
  walks.finish.set();
  ASSERT_TRUE(machine.simulation.run_until([this] { return is(RebalanceState::failed); }, 1min));
  walks.finish.reset();
  walks.tells = true;
  ASSERT_TRUE(ask("4")) << "and may be started again";
  EXPECT_EQ(walks.begun, 2);
}

TEST_F(GrownVolume, OneThatIsStoppedIsForgotten) {
  ASSERT_TRUE(ask("4"));
  const Result<Dictionary> stopped = ask("2");
  ASSERT_TRUE(stopped) << stopped.error().sentence();
  EXPECT_EQ(stopped->number("status-1"), 6);
  EXPECT_FALSE(rebalance());
  const Result<Dictionary> status = ask("3");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().sentence(), "Rebalance not started for volume vol.");
}

TEST_F(GrownVolume, ANewDaemonGoesOn) {
  ASSERT_TRUE(ask("4"));
  daemon.emplace(machine.host, chosen);
  ASSERT_TRUE(daemon->start());
  EXPECT_EQ(walks.begun, 1) << "the process is found";
  machine.host.kill_all();
  daemon.emplace(machine.host, chosen);
  ASSERT_TRUE(daemon->start());
  EXPECT_EQ(walks.begun, 2) << "or started again";
  walks.finish.set();
  EXPECT_TRUE(machine.simulation.run_until([this] { return is(RebalanceState::completed); }, 1min));
}

TEST_F(GrownVolume, DataIsNotMovedYet) {
  for (const char* command : {"1", "5"}) {
    const Result<Dictionary> started = ask(command);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().number(), ENOTSUP);
  }
  EXPECT_FALSE(rebalance());
}

}  // namespace
}  // namespace mortar
