// Self-heal daemons as processes of a server.
#include "management/healers.h"

#include <gtest/gtest.h>

#include "management/commands.h"
#include "management/management_test_support.h"
#include "wire/messages/heal_operations.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using namespace testing;

constexpr int kill_signal = 9;

// What a self-heal daemon does as far as glusterd sees.
struct Daemons {
  int begun = 0;
  Dictionary asked;
  BrickOperationReply answer;
};

Task<int> heal(SimulatedWorld& world, std::vector<std::string> words, Daemons& daemons) {
  ++daemons.begun;
  TaskSet tasks;
  RpcService service(programs::brick, "Gluster Brick operations");
  service.on<brick_operation::TranslatorOperation>([&daemons](RpcCaller, brick_operation::TranslatorOperation request) {
    daemons.asked = request.input.dictionary;
    return ready<BrickOperationReply>(BrickOperationReply(daemons.answer));
  });
  RpcServer server(tasks);
  server.add(service);
  auto listening = world.network().listen(Address::unix_socket(word_after(words, "-S")), {}, 8);
  std::unique_ptr<Listener> listener = co_await tried(std::move(listening));
  RpcListener accepting(world, std::move(listener), server);
  Event told;
  world.on_signal([&told](int) { told.set(); });
  co_await told.wait();
  co_return 0;
}

Task<int> run_glusterfs(SimulatedWorld& world, std::vector<std::string> words, Daemons& daemons) {
  if (words.back() == "--in-background") {
    const int status = co_await tried(heal(world, std::move(words), daemons));
    co_return status;
  }
  const std::string pid_file = word_after(words, "-p");
  words.push_back("--in-background");
  const int pid = co_await tried(world.processes().start(Command{.arguments = std::move(words)}));
  co_await tried(world.files().write_file(pid_file, fmt::format("{}\n", pid)));
  co_return 0;
}

CreateVolume copies(const std::string& name) {
  CreateVolume edit = creation(name);
  edit.volume.type = VolumeType::replicate;
  edit.volume.replica_count = 3;
  edit.volume.bricks = {Brick{"server", "/data/a", {}}, Brick{"server", "/data/b", {}}, Brick{"server", "/data/c", {}}};
  return edit;
}

struct ReplicatedVolume : ::testing::Test {
  ReplicatedVolume() : machine(47) {
    machine.host.install("/sbin/glusterfs", [this](SimulatedWorld& world, std::vector<std::string> words) {
      return run_glusterfs(world, std::move(words), daemons);
    });
    chosen.client_program = "/sbin/glusterfs";
    begin_daemon();
    check(daemon->run(&Management::create_volume, copies("vol")).has_value(), "a volume is made");
    check(daemon->run(&Management::start_volume, StartVolume{"vol"}).has_value(), "the volume starts");
  }
  void begin_daemon() {
    daemon.emplace(machine.host, chosen);
    check(daemon->start().has_value(), "the daemon starts");
  }
  std::optional<int> pid() { return daemon->management().healers().running(*daemon->management().pool().find("vol")); }
  bool is_alive(int of) { return daemon->world().processes().signal(of, 0).has_value(); }
  Result<Dictionary> ask(Task<Dictionary> (*command)(Management&, Dictionary),
                         std::vector<std::pair<const char*, std::string>> values) {
    Dictionary request;
    request.set_text("volname", "vol");
    for (const auto& [key, value] : values) request.set_text(key, value);
    return machine.simulation.run(command(daemon->management(), std::move(request)));
  }
  Result<Dictionary> ask_heal(heal::Operation operation) {
    return ask(commands::heal_volume, {{"heal-op", std::to_string(static_cast<int>(operation))}});
  }
  void pause(Duration duration) { machine.simulation.run_for(duration); }

  Daemons daemons;
  Machine machine;
  Settings chosen = settings();
  std::optional<Daemon> daemon;
};

TEST_F(ReplicatedVolume, HasADaemonWhileItIsStarted) {
  const std::optional<int> first = pid();
  ASSERT_TRUE(first);
  EXPECT_EQ(daemons.begun, 1);
  ASSERT_TRUE(daemon->run(&Management::stop_volume, StopVolume{"vol"}));
  EXPECT_FALSE(pid());
  EXPECT_FALSE(is_alive(*first));
  ASSERT_TRUE(daemon->run(&Management::start_volume, StartVolume{"vol"}));
  EXPECT_TRUE(pid());
  EXPECT_EQ(daemons.begun, 2);
}

TEST_F(ReplicatedVolume, HasNoneWhereItIsSwitchedOff) {
  ASSERT_TRUE(daemon->run(&Management::set_options, SetOptions{"vol", {{"cluster.self-heal-daemon", "off"}}}));
  EXPECT_FALSE(pid());
  ASSERT_TRUE(daemon->run(&Management::set_options, SetOptions{"vol", {{"cluster.self-heal-daemon", "on"}}}));
  EXPECT_TRUE(pid());
}

TEST_F(ReplicatedVolume, StartsADaemonAgainThatDied) {
  const int first = *pid();
  ASSERT_TRUE(daemon->world().processes().signal(first, kill_signal));
  pause(100ms);
  EXPECT_FALSE(pid());
  pause(2s);
  ASSERT_TRUE(pid());
  EXPECT_NE(*pid(), first);
}

TEST_F(ReplicatedVolume, KeepsItsDaemonOverALifeOfGlusterd) {
  const int first = *pid();
  daemon->kill();
  daemon.reset();
  EXPECT_EQ(daemons.begun, 1);
  begin_daemon();
  pause(1s);
  EXPECT_EQ(pid(), first);
  EXPECT_EQ(daemons.begun, 1);
}

TEST_F(ReplicatedVolume, ShowsItsDaemonInTheStatus) {
  const Result<Dictionary> all = ask(commands::status_volume, {{"cmd", "256"}});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->number("brick-index-max"), 2);
  EXPECT_EQ(all->number("other-count"), 1);
  EXPECT_EQ(all->text("brick3.hostname"), "Self-heal Daemon");
  EXPECT_EQ(all->text("brick3.path"), "localhost");
  EXPECT_EQ(all->number("brick3.pid"), *pid());
  const Result<Dictionary> only = ask(commands::status_volume, {{"cmd", std::to_string(0x1000)}});
  ASSERT_TRUE(only);
  EXPECT_EQ(only->number("brick-index-max"), -1);
  EXPECT_EQ(only->text("brick0.hostname"), "Self-heal Daemon");
  EXPECT_FALSE(only->has("brick1.hostname"));
}

TEST_F(ReplicatedVolume, ADaemonIsToldToHeal) {
  ASSERT_TRUE(ask_heal(heal::Operation::full));
  EXPECT_EQ(daemons.asked.text("volname"), "vol");
  EXPECT_EQ(daemons.asked.number("xl-op"), 1);
  EXPECT_EQ(daemons.asked.number("count"), 1);
  EXPECT_EQ(daemons.asked.text("xl-0"), "vol-replicate-0");
  EXPECT_EQ(daemons.asked.number("vol-replicate-0"), 0);
}

TEST_F(ReplicatedVolume, SaysWhyNothingIsHealed) {
  daemons.answer = {.op_ret = -1, .op_errstr = "bricks are down"};
  EXPECT_TRUE(ask_heal(heal::Operation::index).error().sentence().contains("bricks are down"));
  ASSERT_TRUE(ask_heal(heal::Operation::disable));
  EXPECT_EQ(ask_heal(heal::Operation::index).error().sentence(),
            "Self-heal-daemon is disabled. Heal will not be triggered on volume vol");
  ASSERT_TRUE(ask_heal(heal::Operation::enable));
  ASSERT_TRUE(daemon->run(&Management::stop_volume, StopVolume{"vol"}));
  EXPECT_EQ(ask_heal(heal::Operation::index).error().sentence(), "Volume vol is not started.");
}

TEST_F(ReplicatedVolume, CountsWhatWaits) {
  Dictionary& told = daemons.answer.output.dictionary;
  told.set("0-0-hardlinks", std::uint64_t{4});
  told.set("0-2-hardlinks", std::uint64_t{1});
  told.set_text("0-1-status", "Brick is not connected");
  const Result<Dictionary> counted = ask_heal(heal::Operation::count);
  ASSERT_TRUE(counted);
  EXPECT_EQ(counted->number("count"), 3);
  EXPECT_EQ(counted->text("0-hostname"), "server");
  EXPECT_EQ(counted->text("0-path"), "/data/a");
  EXPECT_EQ(counted->number("0-hardlinks"), 4);
  EXPECT_FALSE(counted->has("1-hardlinks"));
  EXPECT_EQ(counted->text("1-status"), "Brick is not connected");
  EXPECT_EQ(counted->number("2-hardlinks"), 1);
}

TEST_F(ReplicatedVolume, TellsOfWalks) {
  Dictionary& told = daemons.answer.output.dictionary;
  told.set("statistics-0-1-count", std::uint64_t{1});
  told.set_text("statistics_crawl_type-0-1-0", "INDEX");
  told.set("statistics_healed_cnt-0-1-0", std::uint64_t{9});
  const Result<Dictionary> walks = ask_heal(heal::Operation::statistics);
  ASSERT_TRUE(walks);
  EXPECT_EQ(walks->number("statistics-1-count"), 1);
  EXPECT_EQ(walks->text("statistics_crawl_type-1-0"), "INDEX");
  EXPECT_EQ(walks->number("statistics_healed_cnt-1-0"), 9);
  EXPECT_FALSE(walks->has("statistics-0-count"));
}

TEST(Healers, HaveTheCommandLineOfStock) {
  Settings chosen;
  chosen.client_program = "/usr/sbin/glusterfs";
  const Places places(chosen);
  Volume volume{.name = "r", .id = fixed_gfid(3)};
  const Command command = healer_command(places, volume, fixed_gfid(9));
  const std::string text = fmt::format("{}", fmt::join(command.arguments, " "));
  EXPECT_TRUE(
      text.starts_with("/usr/sbin/glusterfs -s localhost --volfile-id shd/r -p /var/run/gluster/shd/r/r-shd.pid "
                       "-l /var/log/glusterfs/glustershd.log -S /var/run/gluster/"));
  EXPECT_TRUE(
      text.ends_with(fmt::format(".socket --xlator-option *replicate*.node-uuid={} --process-name glustershd "
                                 "--client-pid=-6",
                                 fixed_gfid(9).text())));
}

}  // namespace
}  // namespace mortar
