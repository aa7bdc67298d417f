// Commands that ask all bricks of a volume: profile, top, statedump, status.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "management/commands.h"
#include "management/management_test_support.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class ManyBricks : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(daemon_.start());
    CreateVolume edit = creation("vol");
    edit.volume.bricks = {Brick{"server", "/data/a", {}}, Brick{"server", "/data/b", {}},
                          Brick{"server", "/data/c", {}}};
    ASSERT_TRUE(daemon_.run(&Management::create_volume, std::move(edit)));
    ASSERT_TRUE(daemon_.run(&Management::start_volume, StartVolume{"vol"}));
  }

  using Handler = Task<Dictionary> (*)(Management&, Dictionary);
  Result<Dictionary> ask(Handler handler, std::initializer_list<std::pair<const char*, const char*>> request) {
    Dictionary asked;
    asked.set_text("volname", "vol");
    for (const auto& [key, value] : request) asked.set_text(key, value);
    return machine_.simulation.run(handler(daemon_.management(), asked));
  }
  std::string refusal_of(Handler handler, std::initializer_list<std::pair<const char*, const char*>> request) {
    Result<Dictionary> reply = ask(handler, request);
    return reply ? "none" : reply.error().sentence();
  }
  int pid_of(std::size_t brick) {
    const Volume& volume = *daemon_.management().pool().find("vol");
    return daemon_.management().supervisor().running(volume, volume.bricks[brick]).value_or(RunningBrick{}).pid;
  }
  void end_brick(std::size_t brick) {
    constexpr int terminate = 15;
    ASSERT_TRUE(daemon_.world().processes().signal(pid_of(brick), terminate));
    machine_.simulation.run_for(2s);
  }

  Machine machine_{21};
  Daemon daemon_{machine_.host};
};

TEST_F(ManyBricks, EachRunsOnAPortOfItsOwn) {
  const Result<Dictionary> status = ask(commands::status_volume, {{"cmd", "256"}});
  ASSERT_TRUE(status) << status.error().sentence();
  EXPECT_EQ(status->number("count"), 3);
  EXPECT_EQ(status->number("brick-index-max"), 2);
  std::set<std::int64_t> ports, pids;
  for (int brick = 0; brick < 3; ++brick) {
    EXPECT_EQ(status->number(fmt::format("brick{}.status", brick)), 1);
    ports.insert(status->number(fmt::format("brick{}.port", brick)).value_or(0));
    pids.insert(status->number(fmt::format("brick{}.pid", brick)).value_or(0));
  }
  EXPECT_EQ(ports.size(), 3U);
  EXPECT_FALSE(ports.contains(0));
  EXPECT_EQ(pids.size(), 3U);
  const Volume& volume = *daemon_.management().pool().find("vol");
  for (const Brick& brick : volume.bricks) {
    EXPECT_EQ(daemon_.management().site_of(volume, brick).shared_brick_count, 3U);
  }
}

TEST_F(ManyBricks, OneThatEndedIsShownSo) {
  end_brick(1);
  const Result<Dictionary> status = ask(commands::status_volume, {{"cmd", "256"}});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->number("count"), 3);
  EXPECT_EQ(status->number("brick0.status"), 1);
  EXPECT_EQ(status->number("brick1.status"), 0);
  EXPECT_EQ(status->number("brick1.pid"), -1);
  EXPECT_EQ(status->number("brick2.status"), 1);
  ASSERT_TRUE(daemon_.run(&Management::stop_volume, StopVolume{"vol"}));
  for (std::size_t brick = 0; brick < 3; ++brick) EXPECT_EQ(pid_of(brick), 0);
}

TEST_F(ManyBricks, OneAloneIsTheFirstOfTheAnswer) {
  const Result<Dictionary> status = ask(commands::status_volume, {{"cmd", "1026"}, {"brick", "server:/data/c"}});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->number("count"), 1);
  EXPECT_EQ(status->number("brick-index-max"), 0);
  EXPECT_EQ(status->text("brick0.path"), "/data/c");
  EXPECT_EQ(status->text("brick0.client1.name"), "glustershd");
}

TEST_F(ManyBricks, ProfileIsStartedAndStopped) {
  EXPECT_EQ(refusal_of(commands::profile_volume, {{"op", "2"}}), "Profile on Volume vol is not started");
  EXPECT_EQ(refusal_of(commands::profile_volume, {{"op", "3"}}), "Profile on Volume vol is not started");
  EXPECT_EQ(refusal_of(commands::profile_volume, {{"op", "1"}}), "none");
  const Volume& volume = *daemon_.management().pool().find("vol");
  EXPECT_EQ(volume.options.find("diagnostics.count-fop-hits"), "on");
  EXPECT_EQ(volume.options.find("diagnostics.latency-measurement"), "on");
  EXPECT_EQ(refusal_of(commands::profile_volume, {{"op", "1"}}), "Profile on Volume vol is already started");
  EXPECT_EQ(refusal_of(commands::profile_volume, {{"op", "2"}}), "none");
  EXPECT_FALSE(daemon_.management().pool().find("vol")->options.find("diagnostics.count-fop-hits"));
}

TEST_F(ManyBricks, BricksThatRunTellTheirStatistics) {
  ASSERT_EQ(refusal_of(commands::profile_volume, {{"op", "1"}}), "none");
  end_brick(1);
  const Result<Dictionary> told = ask(commands::profile_volume, {{"op", "3"}, {"info-op", "2"}, {"cmd-str", "x"}});
  ASSERT_TRUE(told) << told.error().sentence();
  EXPECT_EQ(told->number("count"), 2);
  EXPECT_EQ(told->number("op"), 3);
  EXPECT_EQ(told->text("volname"), "vol");
  EXPECT_EQ(told->text("1-brick"), "server:/data/a");
  EXPECT_EQ(told->text("1-asked-of"), "/data/a");
  EXPECT_EQ(told->text("1-info-op"), "2");
  EXPECT_EQ(told->text("2-brick"), "server:/data/c");
  EXPECT_FALSE(told->has("3-brick"));
  EXPECT_FALSE(told->has("cmd-str"));
}

TEST_F(ManyBricks, TopAsksOneOrAll) {
  EXPECT_EQ(ask(commands::profile_volume, {{"op", "4"}, {"top-op", "1"}})->number("count"), 3);
  const Result<Dictionary> one =
      ask(commands::profile_volume, {{"op", "4"}, {"top-op", "1"}, {"brick", "server:/data/b"}});
  EXPECT_EQ(one->number("count"), 1);
  EXPECT_EQ(one->text("1-brick"), "server:/data/b");
  EXPECT_EQ(refusal_of(commands::profile_volume, {{"op", "4"}, {"top-op", "1"}, {"brick", "server:/x"}}),
            "No brick server:/x in volume vol");
  EXPECT_EQ(refusal_of(commands::profile_volume, {{"op", "4"}, {"nfs", "1"}}), "NFS server is not running");
  ASSERT_TRUE(daemon_.run(&Management::stop_volume, StopVolume{"vol"}));
  EXPECT_EQ(refusal_of(commands::profile_volume, {{"op", "4"}}), "Volume vol is not started.");
}

TEST_F(ManyBricks, EachWritesTheStateThatIsWanted) {
  EXPECT_EQ(refusal_of(commands::dump_volume_state, {{"options", "mem priv "}, {"option_cnt", "2"}}), "none");
  for (std::size_t brick = 0; brick < 3; ++brick) {
    const std::string dump = fmt::format("/dumps/{}", pid_of(brick));
    EXPECT_EQ(daemon_.world().files().read_file(dump).value_or("no dump"), "mem=yes\npriv=yes\n");
  }
  EXPECT_EQ(refusal_of(commands::dump_volume_state, {{"options", ""}, {"option_cnt", "0"}}), "none");
  EXPECT_EQ(daemon_.world().files().read_file(fmt::format("/dumps/{}", pid_of(0))).value_or(""), "all=yes\n");
  EXPECT_EQ(refusal_of(commands::dump_volume_state, {{"options", "path=/etc"}}),
            "'path=/etc' is no part of a state dump");
  EXPECT_EQ(refusal_of(commands::dump_volume_state, {{"options", "quotad "}}), "Quota is not enabled on volume vol");
  std::vector<std::string> told;
  daemon_.management().on_client_dump([&told](const std::vector<std::string>& addresses, std::uint32_t pid) {
    told.push_back(fmt::format("{} at {}", pid, addresses.empty() ? "none" : addresses.front()));
  });
  EXPECT_EQ(refusal_of(commands::dump_volume_state, {{"options", "client server 765"}}), "none");
  EXPECT_EQ(told, std::vector<std::string>{"765 at 10.0.0.1"});
  EXPECT_EQ(refusal_of(commands::dump_volume_state, {{"options", "client server x"}}), "'x' is no number of a process");
  for (std::size_t brick = 0; brick < 3; ++brick) end_brick(brick);
  EXPECT_EQ(refusal_of(commands::dump_volume_state, {{"options", ""}}), "No brick of volume vol runs.");
  ASSERT_TRUE(daemon_.run(&Management::stop_volume, StopVolume{"vol"}));
  EXPECT_EQ(refusal_of(commands::dump_volume_state, {{"options", ""}}), "Volume vol is not in the started state");
}

TEST_F(ManyBricks, HaveLocksClearedOnlyWhileTheyServe) {
  const auto refusal = [this](const char* volume) {
    return refusal_of(commands::clear_locks,
                      {{"volname", volume}, {"path", "/f"}, {"kind", "all"}, {"type", "posix"}});
  };
  EXPECT_EQ(refusal("none"), "Volume none does not exist");
  ASSERT_TRUE(daemon_.run(&Management::stop_volume, StopVolume{"vol"}));
  EXPECT_EQ(refusal("vol"), "Volume vol is not started");
}

TEST_F(ManyBricks, AreInTheStateThatIsWrittenDown) {
  end_brick(1);
  const Result<Dictionary> reply =
      ask(commands::dump_state, {{"odir", "/data/"}, {"filename", "state"}, {"getstate-cmd", "1"}});
  ASSERT_TRUE(reply) << reply.error().sentence();
  EXPECT_EQ(reply->text("ofilepath"), "/data/state");
  const std::string text = machine_.host.disk().read_file("/data/state").value_or("");
  EXPECT_TRUE(text.starts_with("[Global]\nMYUUID: " + daemon_.management().server().text() + "\n")) << text;
  for (const char* part : {"\n[Global options]\n\n[Peers]\n\n[Volumes]\nVolume1.name: vol\n",
                           "\nVolume1.Brick2.path: server:/data/b\nVolume1.Brick2.hostname: server\n",
                           "\nVolume1.Brick2.port_registered: 0\nVolume1.Brick2.status: Stopped\n",
                           "\nVolume1.Brick3.port_registered: 1\nVolume1.Brick3.status: Started\n",
                           "\nVolume1.Brick3.client_count: 3\nVolume1.Brick3.Client1.hostname: ",
                           "\nVolume1.quorum_status: not_applicable\n", "\n\n\n[Services]\nsvc1.name: bitd\n",
                           "\n\n\n[Misc]\nBase port: 49152\n"}) {
    EXPECT_TRUE(text.contains(part)) << "no \"" << part << "\" in:\n" << text;
  }
  EXPECT_FALSE(text.contains("Brick2.client_count")) << text;
}

TEST_F(ManyBricks, HaveTheirOptionsWrittenDown) {
  ASSERT_TRUE(ask(commands::dump_state, {{"odir", "/data"}, {"filename", "state"}, {"getstate-cmd", "2"}}));
  const std::string text = machine_.host.disk().read_file("/data/state").value_or("");
  EXPECT_TRUE(text.starts_with("[Volume Options]\nVolume1.name: vol\nVolume1.options.count: ")) << text;
  EXPECT_TRUE(
      text.ends_with("\nVolume1.options.value1: on (DEFAULT)\nVolume1.options.key1: cluster.lookup-unhashed\n"));
}

TEST_F(ManyBricks, AreNotWrittenDownJustAnywhere) {
  EXPECT_EQ(refusal_of(commands::dump_state, {{"odir", "/nowhere"}}), "Output directory /nowhere does not exist.");
  EXPECT_EQ(refusal_of(commands::dump_state, {{"odir", "data"}}), "Output directory data does not exist.");
  EXPECT_EQ(refusal_of(commands::dump_state, {{"odir", "/data"}, {"filename", "no/folder"}}),
            "Failed to open file at /data/no/folder");
}

TEST_F(ManyBricks, GoOnInFreshLogs) {
  FileSystem& disk = machine_.host.disk();
  ASSERT_TRUE(disk.make_directories("/var/log/glusterfs/bricks"));
  for (const char* brick : {"a", "b"}) {
    ASSERT_TRUE(disk.write_file(fmt::format("/var/log/glusterfs/bricks/data-{}.log", brick), "old"));
  }
  ASSERT_TRUE(ask(commands::rotate_logs, {{"brick", "server:/data/a"}}));
  auto is_there = [&disk](const std::string& path) { return disk.status(FileSystem::no_directory, path).has_value(); };
  EXPECT_FALSE(is_there("/var/log/glusterfs/bricks/data-a.log"));
  EXPECT_TRUE(is_there("/var/log/glusterfs/bricks/data-b.log"));
  EXPECT_TRUE(is_there(fmt::format("/var/log/glusterfs/bricks/data-a.log.{}", daemon_.world().wall_clock().seconds)));
  EXPECT_EQ(refusal_of(commands::rotate_logs, {{"brick", "server:/data/x"}}),
            "Incorrect brick server:/data/x for volume vol");
  ASSERT_TRUE(daemon_.run(&Management::stop_volume, StopVolume{"vol"}));
  EXPECT_EQ(refusal_of(commands::rotate_logs, {}), "Volume vol needs to be started before log rotate.");
}

TEST_F(ManyBricks, HavePortsThatCanBeAskedFor) {
  const Result<Dictionary> reply = ask(commands::get_brick_port, {{"brick", "/data/b"}});
  ASSERT_TRUE(reply) << reply.error().sentence();
  EXPECT_EQ(reply->number("port"), daemon_.management().ports().port("/data/b"));
  EXPECT_EQ(refusal_of(commands::get_brick_port, {{"brick", "/data/x"}}), "No brick /data/x runs on this server.");
}

TEST_F(ManyBricks, AreTheSameForAllServers) {
  EXPECT_EQ(refusal_of(commands::sync_volume, {{"hostname", "server"}, {"flags", "1"}}),
            "sync from localhost not allowed");
  EXPECT_EQ(refusal_of(commands::sync_volume, {{"hostname", "stranger"}, {"flags", "1"}}), "stranger, is not a friend");
}

}  // namespace
}  // namespace mortar
