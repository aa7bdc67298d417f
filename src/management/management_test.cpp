#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "management/commands.h"
#include "management/management_test_support.h"
#include "management/option_groups.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using namespace testing;

constexpr const char* complaint = "volume vol-posix: option reserve cannot be \"x\"";

Task<int> refuse_to_serve(SimulatedWorld& world) {
  world.output() += "a warning\nglusterfsd: " + std::string(complaint) + ".\n";
  return ready<int>(1);
}

// A brick's process of another glusterd.
Task<int> serve_for_somebody_else() {
  Event never;
  co_await never.wait();
  co_return 0;
}

TEST(Management, LifeOfAVolume) {
  Machine machine(1);
  Daemon daemon(machine.host);
  Result<Done> started = daemon.start();
  ASSERT_TRUE(started) << started.error().sentence();
  Result<Done> made = daemon.run(&Management::create_volume, creation("vol"));
  ASSERT_TRUE(made) << made.error().sentence();
  Result<Done> up = daemon.run(&Management::start_volume, StartVolume{"vol"});
  ASSERT_TRUE(up) << up.error().sentence();
  std::optional<RunningBrick> brick = brick_of(daemon, "vol");
  ASSERT_TRUE(brick);
  EXPECT_EQ(daemon.management().ports().port("/data/vol"), brick->port);
  EXPECT_TRUE(daemon.management().ports().signed_in("/data/vol"));
  EXPECT_TRUE(machine.host.disk().read_file("/var/lib/glusterd/vols/vol/info"));

  ASSERT_TRUE(daemon.run(&Management::stop_volume, StopVolume{"vol"}));
  EXPECT_FALSE(brick_of(daemon, "vol"));
  EXPECT_EQ(machine.host.find_process(brick->pid), nullptr);
  EXPECT_EQ(daemon.management().ports().port("/data/vol"), 0);
  ASSERT_TRUE(daemon.run(&Management::delete_volume, DeleteVolume{"vol"}));
  EXPECT_FALSE(machine.host.disk().read_file("/var/lib/glusterd/vols/vol/info"));
}

TEST(Management, AFailedCreateLeavesNothing) {
  Machine machine(2);
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  CreateVolume edit = creation("vol");
  edit.volume.bricks.push_back(Brick{"server", "/nowhere/to/be", {}});
  Result<Done> made = daemon.run(&Management::create_volume, edit);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().sentence(),
            "Failed to create brick directory for brick server:/nowhere/to/be. Reason : No such file or directory ");
  EXPECT_FALSE(machine.host.disk().status(FileSystem::no_directory, "/data/vol"));
  EXPECT_TRUE(daemon.management().pool().volumes.empty());
}

TEST(Management, TheWorkingDirectoryHoldsNoBrickButThatOfTheSharedStorage) {
  Machine machine(22);
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  CreateVolume edit = creation("vol");
  edit.volume.bricks = {Brick{"server", "/var/lib/glusterd/brick", {}}};
  Result<Done> made = daemon.run(&Management::create_volume, edit);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().sentence(), "Brick isn't allowed to be created inside glusterd's working directory.");
  edit.volume.bricks = {Brick{"server", "/var/lib/glusterd/ss_brick", {}}};
  made = daemon.run(&Management::create_volume, edit);
  EXPECT_TRUE(made) << made.error().sentence();
}

TEST(Management, ABrickThatVanishesComesBackAndOneToldToEndDoesNot) {
  Machine machine(3);
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  ASSERT_TRUE(daemon.run(&Management::create_volume, creation("vol")));
  ASSERT_TRUE(daemon.run(&Management::start_volume, StartVolume{"vol"}));
  const RunningBrick first = *brick_of(daemon, "vol");
  machine.host.find_process(first.pid)->kill();
  ASSERT_TRUE(machine.simulation.run_until(
      [&] {
        return brick_of(daemon, "vol") && brick_of(daemon, "vol")->pid != first.pid &&
               daemon.management().ports().signed_in("/data/vol");
      },
      1min));
  EXPECT_EQ(brick_of(daemon, "vol")->port, first.port);

  const Volume volume = *daemon.management().pool().find("vol");
  brick_operation::Terminate request;
  request.name = "/data/vol";
  const std::string socket = daemon.management().places().brick_socket(volume, volume.bricks.front());
  machine.simulation.run(ask_brick(daemon.world(), socket, request));
  ASSERT_TRUE(machine.simulation.run_until([&] { return !brick_of(daemon, "vol"); }, 1min));
  machine.simulation.run_for(10min);
  EXPECT_FALSE(brick_of(daemon, "vol"));
  ASSERT_TRUE(daemon.run(&Management::start_volume, StartVolume{"vol", true}));
  EXPECT_TRUE(brick_of(daemon, "vol"));
}

TEST(Management, ANewDaemonFindsTheRunningBrick) {
  Machine machine(4);
  int pid = 0;
  {
    Daemon daemon(machine.host);
    ASSERT_TRUE(daemon.start());
    ASSERT_TRUE(daemon.run(&Management::create_volume, creation("vol")));
    ASSERT_TRUE(daemon.run(&Management::start_volume, StartVolume{"vol"}));
    pid = brick_of(daemon, "vol")->pid;
  }
  Daemon next(machine.host);
  ASSERT_TRUE(next.start());
  ASSERT_TRUE(brick_of(next, "vol"));
  EXPECT_EQ(brick_of(next, "vol")->pid, pid);
  EXPECT_NE(next.management().ports().port("/data/vol"), 0);
}

TEST(Management, WhyABrickDoesNotStartIsTold) {
  Machine machine(5);
  int tries = 0;
  machine.host.install("/sbin/glusterfsd", [&tries](SimulatedWorld& world, const std::vector<std::string>&) {
    ++tries;
    return refuse_to_serve(world);
  });
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  ASSERT_TRUE(daemon.run(&Management::create_volume, creation("vol")));
  Result<Done> up = daemon.run(&Management::start_volume, StartVolume{"vol"});
  ASSERT_FALSE(up);
  EXPECT_EQ(up.error().sentence(), "Brick server:/data/vol did not start: " + std::string(complaint) +
                                       ". See /var/log/glusterfs/bricks/data-vol.log.");
  EXPECT_EQ(tries, 1) << "another port does not help";
  machine.simulation.run_for(10min);
  EXPECT_EQ(tries, 1) << "the volume is not started";
}

TEST(Management, ABrickThatDoesNotStartWithTheDaemonIsTriedAgainUntilTheVolumeIsStopped) {
  Machine machine(6);
  bool disk_is_there = true;
  machine.host.install("/sbin/glusterfsd", [&disk_is_there](SimulatedWorld& world, std::vector<std::string> words) {
    return disk_is_there ? run_glusterfsd(world, std::move(words)) : refuse_to_serve(world);
  });
  {
    Daemon daemon(machine.host);
    ASSERT_TRUE(daemon.start());
    ASSERT_TRUE(daemon.run(&Management::create_volume, creation("vol")));
    ASSERT_TRUE(daemon.run(&Management::start_volume, StartVolume{"vol"}));
  }
  machine.host.kill_all();
  disk_is_there = false;
  {
    Daemon daemon(machine.host);
    ASSERT_TRUE(daemon.start());
    machine.simulation.run_for(10min);
    EXPECT_FALSE(brick_of(daemon, "vol"));
    disk_is_there = true;
    EXPECT_TRUE(machine.simulation.run_until([&] { return brick_of(daemon, "vol").has_value(); }, 61s));
    EXPECT_TRUE(machine.simulation.run_until([&] { return daemon.management().ports().signed_in("/data/vol"); }, 1s));
  }
  machine.host.kill_all();
  disk_is_there = false;
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  ASSERT_TRUE(daemon.run(&Management::stop_volume, StopVolume{"vol"}));
  disk_is_there = true;
  machine.simulation.run_for(10min);
  EXPECT_FALSE(brick_of(daemon, "vol"));
}

TEST(Management, ABrickThatAnotherProcessServesIsLeftAlone) {
  Machine machine(7);
  machine.host.install("/usr/sbin/glusterfsd",
                       [](SimulatedWorld&, const std::vector<std::string>&) { return serve_for_somebody_else(); });
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  ASSERT_TRUE(daemon.run(&Management::create_volume, creation("vol")));
  const Volume volume = *daemon.management().pool().find("vol");
  const std::string pid_file = daemon.management().places().brick_pid_file(volume, volume.bricks.front());
  const Command other{{"/usr/sbin/glusterfsd", "-S", "/run/stock.socket", "--brick-name", "/data/vol"}};
  const int pid = *daemon.world().processes().start(other);
  FileSystem& disk = machine.host.disk();
  ASSERT_TRUE(disk.make_directories(pid_file.substr(0, pid_file.rfind('/'))));
  ASSERT_TRUE(disk.write_file(pid_file, fmt::format("{}\n", pid)));

  Result<Done> up = daemon.run(&Management::start_volume, StartVolume{"vol"});
  ASSERT_FALSE(up);
  EXPECT_EQ(up.error().sentence(),
            fmt::format("Brick server:/data/vol is served by process {}, which this glusterd did "
                        "not start: end it with `kill {}`, then start the volume again.",
                        pid, pid));
  EXPECT_EQ(disk.read_file(pid_file), fmt::format("{}\n", pid));
  machine.host.find_process(pid)->kill();
  EXPECT_TRUE(daemon.run(&Management::start_volume, StartVolume{"vol"}));
}

TEST(Management, AStateThatIsNotUnderstoodIsNotTouched) {
  const std::pair<const char*, const char*> samples[] = {
      {"/var/lib/glusterd/peers/2c351aed-16ed-4a68-a36e-7ec2880cd543",
       "/var/lib/glusterd/peers/2c351aed-16ed-4a68-a36e-7ec2880cd543 has no uuid= or no hostname1=."},
      {"/var/lib/glusterd/vols/photos/info",
       "/var/lib/glusterd/vols/photos/info: the line volume-id= is missing or not understood."}};
  for (const auto& [path, sentence] : samples) {
    Machine machine(8);
    FileSystem& disk = machine.host.disk();
    ASSERT_TRUE(disk.make_directories(std::string(path).substr(0, std::string(path).rfind('/'))));
    ASSERT_TRUE(disk.write_file(path, "of stock"));
    const std::string identity = "UUID=6e5ec6d7-1a3f-4bd1-a5b7-c8e4c7ef3d15\noperating-version=100000\n";
    ASSERT_TRUE(disk.write_file("/var/lib/glusterd/glusterd.info", identity));
    int changes = 0;
    machine.host.disk().on_call([&changes](const DiskCall& call) {
      changes += call.modifying ? 1 : 0;
      return 0;
    });
    Daemon daemon(machine.host);
    Result<Done> started = daemon.start();
    ASSERT_FALSE(started);
    EXPECT_TRUE(started.error().sentence().starts_with(sentence)) << started.error().sentence();
    EXPECT_EQ(changes, 0);
  }
}

TEST(Management, AnIdentityThatIsThereIsKept) {
  Machine machine(9);
  FileSystem& disk = machine.host.disk();
  ASSERT_TRUE(disk.make_directories("/var/lib/glusterd/peers"));
  ASSERT_TRUE(disk.write_file("/var/lib/glusterd/glusterd.info",
                              "UUID=2c351aed-16ed-4a68-a36e-7ec2880cd543\noperating-version=100000\n"));
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  EXPECT_EQ(daemon.management().server().text(), "2c351aed-16ed-4a68-a36e-7ec2880cd543");
}

TEST(Management, AnIdentityThatWasTakenAwayIsThatOfThePool) {
  Machine machine(13);
  const std::string path = "/var/lib/glusterd/glusterd.info";
  Gfid identity;
  {
    Daemon daemon(machine.host);
    ASSERT_TRUE(daemon.start());
    ASSERT_TRUE(daemon.run(&Management::create_volume, creation("vol")));
    identity = daemon.management().server();
  }
  const std::string info = machine.host.disk().read_file(path).value_or("");
  for (const char* text : {"operating-version=30600\n", "UUID=nonsense\n", ""}) {
    ASSERT_TRUE(machine.host.disk().write_file(path, text));
    Daemon daemon(machine.host);
    const Result<Done> started = daemon.start();
    ASSERT_TRUE(started) << started.error().sentence();
    EXPECT_EQ(daemon.management().server(), identity);
    EXPECT_EQ(machine.host.disk().read_file(path), info);
  }
}

TEST(Management, StatesAreWrittenToDirectoriesThatAreThere) {
  Machine machine(14);
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  ASSERT_TRUE(daemon.run(&Management::create_volume, creation("vol")));
  ASSERT_TRUE(machine.host.disk().write_file("/data/file", "text"));
  for (const char* path : {"/data/none", "/data/file"}) {
    const Result<Done> set = daemon.run(&Management::set_options, SetOptions{"vol", {{"server.statedump-path", path}}});
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().sentence(), fmt::format("Failed: {} is not a directory", path));
  }
  EXPECT_TRUE(daemon.run(&Management::set_options, SetOptions{"vol", {{"server.statedump-path", "/data"}}}));
  EXPECT_TRUE(daemon.run(&Management::set_options, SetOptions{"vol", {{"user.note", "text"}}}));
}

TEST(Management, GroupsOfOptionsAreThereAndStayAsTheyAreChanged) {
  Machine machine(12);
  FileSystem& disk = machine.host.disk();
  const std::string changed = "performance.md-cache-timeout=10\n";
  ASSERT_TRUE(disk.make_directories("/var/lib/glusterd/groups"));
  ASSERT_TRUE(disk.write_file("/var/lib/glusterd/groups/metadata-cache", changed));
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  EXPECT_EQ(disk.read_file("/var/lib/glusterd/groups/metadata-cache"), changed);
  for (const OptionGroup& group : option_groups()) {
    if (group.name == "metadata-cache") continue;
    EXPECT_EQ(disk.read_file("/var/lib/glusterd/groups/" + std::string(group.name)), group.options) << group.name;
  }
}

TEST(Management, PortsThatLeaveNoneForBricksAreRefused) {
  Machine machine(10);
  Settings odd = settings();
  ASSERT_TRUE(apply_setting(odd, "base-port", "50000"));
  ASSERT_TRUE(apply_setting(odd, "max-port", "49999"));
  Daemon daemon(machine.host, odd);
  Result<Done> started = daemon.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().sentence(),
            "base-port 50000 of glusterd lies above max-port 49999: no port is left for a brick");
}

TEST(Management, ClientsAreCountedByTheirKinds) {
  Machine machine(11);
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  ASSERT_TRUE(daemon.run(&Management::create_volume, creation("vol")));
  ASSERT_TRUE(daemon.run(&Management::start_volume, StartVolume{"vol"}));
  Dictionary request;
  request.set_text("volname", "vol");
  request.set("cmd", std::int64_t{0x180});
  Result<Dictionary> told = machine.simulation.run(commands::status_volume(daemon.management(), request));
  ASSERT_TRUE(told) << told.error().sentence();
  EXPECT_EQ(told->number("client-count"), 3);
  EXPECT_EQ(told->text("client1.name"), "glustershd");
  EXPECT_EQ(told->number("fuse-count"), 2);
  EXPECT_EQ(told->number("glustershd-count"), 1);
  EXPECT_FALSE(told->has("gfapi-count"));
  EXPECT_FALSE(told->has("brick0.client0.name"));
}

TEST(Management, QuestionsAreAnsweredToOtherServersToo) {
  Machine machine(12);
  Daemon daemon(machine.host);
  ASSERT_TRUE(daemon.start());
  CommandService queries(daemon.management(), CommandService::Access::read_only);
  EXPECT_NE(queries.service().find(cli::GetVolumeOption::number), nullptr);
  EXPECT_EQ(queries.service().find(cli::SetVolumeOption::number), nullptr);
}

// The power fails at any call to the disk: what was answered stays, and the daemon starts again.
TEST(Management, NothingAnsweredIsLostWhateverTheMoment) {
  bool finished = false;
  for (std::uint64_t moment = 1; !finished; ++moment) {
    ASSERT_LT(moment, 4000u);
    Machine machine(moment);
    std::vector<std::string> answered;
    {
      Daemon daemon(machine.host);
      bool dead = false;
      machine.host.disk().on_call([&](const DiskCall& call) {
        dead = dead || (call.modifying && call.number >= moment);
        return dead ? EIO : 0;
      });
      Result<Done> outcome = daemon.start();
      for (const char* name : {"one", "two"}) {
        if (outcome) outcome = daemon.run(&Management::create_volume, creation(name));
        if (outcome && !dead) answered.push_back(name);
      }
      finished = !dead;
      daemon.kill();
      machine.host.power_off();
    }
    Machine after(moment);
    after.host.disk().restore(machine.host.disk().state());
    Daemon daemon(after.host);
    Result<Done> outcome = daemon.start();
    ASSERT_TRUE(outcome) << moment << ": " << outcome.error().sentence();
    for (const std::string& name : answered) {
      EXPECT_NE(daemon.management().pool().find(name), nullptr) << moment;
      EXPECT_TRUE(after.host.disk().read_file("/var/lib/glusterd/vols/" + name + "/info")) << moment;
    }
  }
}

}  // namespace
}  // namespace mortar
