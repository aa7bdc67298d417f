// Bricks that come into a volume and go.
#include <gtest/gtest.h>

#include "management/commands.h"
#include "management/management_test_support.h"

namespace mortar {
namespace {

using namespace testing;

AddBricks adding(std::vector<std::string> paths) {
  AddBricks edit{.volume = "vol", .bricks = {}, .force = true};
  for (std::string& path : paths) edit.bricks.push_back({"server", std::move(path), {}});
  return edit;
}

struct StartedVolume : ::testing::Test {
  StartedVolume() : machine(21), daemon(machine.host) {
    check(daemon.start().has_value(), "the daemon starts");
    check(daemon.run(&Management::create_volume, creation("vol")).has_value(), "a volume is made");
    check(daemon.run(&Management::start_volume, StartVolume{"vol"}).has_value(), "the volume starts");
    daemon.management().on_change([this] { ++told; });
  }

  const Volume& volume() { return *daemon.management().pool().find("vol"); }
  bool runs(std::size_t brick) {
    return daemon.management().supervisor().running(volume(), volume().bricks[brick]).has_value();
  }
  bool is_there(const std::string& path) {
    return machine.host.disk().status(FileSystem::no_directory, path).has_value();
  }
  std::string file(const std::string& path) { return machine.host.disk().read_file(path).value_or(""); }

  Machine machine;
  Daemon daemon;
  int told = 0;
};

constexpr const char* store = "/var/lib/glusterd/vols/vol";

TEST_F(StartedVolume, GrowsAndShrinks) {
  const Result<Done> added = daemon.run(&Management::add_bricks, adding({"/data/x", "/data/y"}));
  ASSERT_TRUE(added) << added.error().sentence();
  ASSERT_EQ(volume().bricks.size(), 3U);
  EXPECT_TRUE(runs(1) && runs(2));
  EXPECT_TRUE(daemon.management().ports().signed_in("/data/x"));
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(file(std::string(store) + "/vol.tcp-fuse.vol").contains("volume vol-client-2"));
  EXPECT_TRUE(file(std::string(store) + "/bricks/server:-data-y").contains("brick-id=vol-client-2\n"));

  const RunningBrick gone = *daemon.management().supervisor().running(volume(), volume().bricks[1]);
  const RemoveBricks edit{.volume = "vol", .bricks = {Brick{"server", "/data/x", {}}}};
  ASSERT_TRUE(daemon.run(&Management::remove_bricks, edit));
  ASSERT_EQ(volume().bricks.size(), 2U);
  EXPECT_TRUE(runs(0) && runs(1));
  EXPECT_EQ(machine.host.find_process(gone.pid), nullptr);
  EXPECT_FALSE(is_there(std::string(store) + "/bricks/server:-data-x"));
  EXPECT_FALSE(is_there(std::string(store) + "/vol.server.data-x.vol"));
  EXPECT_TRUE(file(std::string(store) + "/vol.tcp-fuse.vol").contains("subvolumes vol-client-0 vol-client-2"));
  EXPECT_TRUE(is_there("/data/x")) << "the data stays";
  EXPECT_EQ(told, 2);
}

TEST_F(StartedVolume, ABrickThatDoesNotStartLeavesTheVolumeAsItWas) {
  machine.host.install("/sbin/glusterfsd", [](SimulatedWorld& world, std::vector<std::string> words) -> Task<int> {
    if (word_after(words, "--brick-name") == "/data/y") return ready<int>(1);
    return run_glusterfsd(world, std::move(words));
  });
  const std::string before = file(std::string(store) + "/vol.tcp-fuse.vol");
  const Result<Done> added = daemon.run(&Management::add_bricks, adding({"/data/x", "/data/y"}));
  ASSERT_FALSE(added);
  EXPECT_TRUE(added.error().sentence().starts_with("Brick server:/data/y did not start"));
  EXPECT_EQ(volume().bricks.size(), 1U);
  EXPECT_TRUE(runs(0));
  EXPECT_FALSE(is_there("/data/x"));
  EXPECT_EQ(file(std::string(store) + "/vol.tcp-fuse.vol"), before);
  EXPECT_NE(told, 1) << "who was told of the brick is told that it is gone";
  EXPECT_FALSE(daemon.management().ports().signed_in("/data/x"));
}

TEST_F(StartedVolume, WhatCannotBeTakenIsRefused) {
  const Result<Done> added = daemon.run(&Management::add_bricks, adding({"/data/x", "/nowhere/to/be"}));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().sentence(),
            "Failed to create brick directory for brick server:/nowhere/to/be. Reason : No such file or directory ");
  EXPECT_FALSE(is_there("/data/x"));

  Dictionary request;
  request.set_text("volname", "vol");
  request.set_text("brick1", "server:/data/vol");
  request.set_text("count", "1");
  const std::pair<const char*, const char*> cases[] = {{"1", "Deleting all the bricks of the volume is not allowed"},
                                                       {"5", "Deleting all the bricks of the volume is not allowed"},
                                                       {"2", "Deleting all the bricks of the volume is not allowed"}};
  for (const auto& [command, sentence] : cases) {
    request.set_text("command", command);
    const Result<Dictionary> answer = machine.simulation.run(commands::remove_bricks(daemon.management(), request));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().sentence(), sentence);
  }
}

TEST_F(StartedVolume, OnlyForceRemovesBricksYet) {
  ASSERT_TRUE(daemon.run(&Management::add_bricks, adding({"/data/x"})));
  Dictionary request;
  request.set_text("volname", "vol");
  request.set_text("brick1", "server:/data/x");
  request.set_text("count", "1");
  request.set_text("command", "2");
  Result<Dictionary> answer = machine.simulation.run(commands::remove_bricks(daemon.management(), request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().sentence(), "Brick server:/data/x is not decommissioned. Use start or force option");
  request.set_text("command", "1");
  answer = machine.simulation.run(commands::remove_bricks(daemon.management(), request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().number(), ENOTSUP);
  EXPECT_EQ(volume().bricks.size(), 2U);
}

}  // namespace
}  // namespace mortar
