// Copies that are replaced, reset, added and taken away.
#include "management/replicated_volume_test_support.h"

namespace mortar {
namespace {

using namespace testing;

struct ReplacedBrick : ReplicatedVolume {
  const Volume& volume() { return *daemon->management().pool().find("vol"); }
  bool runs(const std::string& path) {
    const auto brick = std::ranges::find(volume().bricks, path, &Brick::path);
    return brick != volume().bricks.end() && daemon->management().supervisor().running(volume(), *brick).has_value();
  }
  // What the brick's directory says of changes under way: the third word is about names.
  std::string dirty(const std::string& path) {
    return machine.host.disk().get_xattr(FileSystem::no_directory, path, "trusted.afr.dirty").value_or("");
  }
  Result<Dictionary> replace(const std::string& former, const std::string& next) {
    return ask(commands::replace_brick, {{"operation", "GF_REPLACE_OP_COMMIT_FORCE"},
                                         {"src-brick", "server:" + former},
                                         {"dst-brick", "server:" + next}});
  }
  Result<Dictionary> reset(const char* operation, const std::string& brick) {
    return ask(commands::reset_brick,
               {{"operation", operation}, {"src-brick", "server:" + brick}, {"dst-brick", "server:" + brick}});
  }
  Result<Dictionary> add(const std::string& bricks, const char* count) {
    return ask(commands::add_bricks, {{"bricks", bricks}, {"replica-count", count}, {"force", "1"}});
  }
};

TEST_F(ReplacedBrick, TakesThePlaceOfTheFormerOne) {
  ASSERT_TRUE(replace("/data/b", "/data/n"));
  EXPECT_EQ(daemons.new_copies, std::vector<std::string>{"vol-client-1"});
  EXPECT_EQ(volume().bricks[1].path, "/data/n");
  EXPECT_EQ(volume().client_of(volume().bricks[1]), "vol-client-1");
  EXPECT_TRUE(runs("/data/n"));
  EXPECT_FALSE(machine.host.disk().read_file("/var/run/gluster/vol-new-copies.vol"));
  EXPECT_EQ(ask(commands::status_volume, {{"cmd", "256"}})->number("count"), 4);
}

TEST_F(ReplacedBrick, IsAsBeforeWhereTheOthersCannotBeTold) {
  daemons.status_of_telling = 1;
  EXPECT_TRUE(replace("/data/b", "/data/n").error().sentence().starts_with("The other copies could not be told"));
  EXPECT_EQ(volume().bricks[1].path, "/data/b");
  EXPECT_FALSE(volume().bricks[1].away);
  EXPECT_TRUE(runs("/data/b"));
}

TEST_F(ReplacedBrick, SaysItselfThatItLacksNames) {
  const std::string names("\0\0\0\0\0\0\0\0\0\0\0\1", 12), more("\0\0\0\2\0\0\0\0\0\0\0\0", 12);
  EXPECT_EQ(dirty("/data/a"), "");
  ASSERT_TRUE(replace("/data/b", "/data/n"));
  EXPECT_EQ(dirty("/data/n"), names);
  ASSERT_TRUE(add("server:/data/d", "4"));
  EXPECT_EQ(dirty("/data/d"), names);
  EXPECT_EQ(dirty("/data/a"), "");
  SimulatedFileSystem& disk = machine.host.disk();
  ASSERT_TRUE(disk.set_xattr(FileSystem::no_directory, "/data/c", "trusted.afr.dirty", as_bytes(more), 0));
  ASSERT_TRUE(reset("GF_RESET_OP_START", "/data/c"));
  ASSERT_TRUE(reset("GF_RESET_OP_COMMIT_FORCE", "/data/c"));
  EXPECT_EQ(dirty("/data/c"), more);
}

TEST_F(ReplacedBrick, SaysNothingOnceItIsGivenBack) {
  ASSERT_TRUE(machine.host.disk().make_directory(FileSystem::no_directory, "/data/n", 0755));
  daemons.status_of_telling = 1;
  EXPECT_FALSE(replace("/data/b", "/data/n"));
  pause(std::chrono::minutes(6));
  EXPECT_EQ(dirty("/data/n"), "");
}

TEST_F(ReplacedBrick, IsAsBeforeWhereTheNewOneCannotBe) {
  EXPECT_FALSE(replace("/data/b", "/nowhere/at/all"));
  EXPECT_TRUE(daemons.new_copies.empty());
  EXPECT_TRUE(runs("/data/b"));
}

TEST_F(ReplacedBrick, IsResetOnceItIsAway) {
  EXPECT_TRUE(
      reset("GF_RESET_OP_COMMIT_FORCE", "/data/b").error().sentence().starts_with("Source brick must be stopped."));
  ASSERT_TRUE(reset("GF_RESET_OP_START", "/data/b"));
  EXPECT_FALSE(runs("/data/b"));
  EXPECT_TRUE(runs("/data/a"));
  EXPECT_TRUE(reset("GF_RESET_OP_COMMIT", "/data/b").error().sentence().starts_with("Brick not available."));
  ASSERT_TRUE(reset("GF_RESET_OP_COMMIT_FORCE", "/data/b"));
  EXPECT_TRUE(runs("/data/b"));
  EXPECT_EQ(daemons.new_copies, std::vector<std::string>{"vol-client-1"});
}

TEST_F(ReplacedBrick, StaysAwayOverALifeOfGlusterd) {
  ASSERT_TRUE(reset("GF_RESET_OP_START", "/data/b"));
  daemon->kill();
  daemon.reset();
  begin_daemon();
  EXPECT_FALSE(runs("/data/b"));
  ASSERT_TRUE(daemon->run(&Management::start_volume, StartVolume{"vol", true}));
  EXPECT_TRUE(runs("/data/b"));
}

TEST_F(ReplacedBrick, AnotherCopyComesAndGoes) {
  ASSERT_TRUE(add("server:/data/d", "4"));
  EXPECT_EQ(daemons.new_copies, std::vector<std::string>{"vol-client-3"});
  EXPECT_EQ(volume().replica_count, 4u);
  EXPECT_TRUE(runs("/data/d"));
  const auto removing = [this](const char* command) {
    return ask(commands::remove_bricks,
               {{"command", command}, {"count", "1"}, {"brick1", "server:/data/d"}, {"replica-count", "3"}});
  };
  EXPECT_TRUE(removing("1").error().sentence().starts_with("Migration of data is not needed"));
  ASSERT_TRUE(removing("5"));
  EXPECT_EQ(volume().replica_count, 3u);
  EXPECT_EQ(volume().bricks.size(), 3u);
}

TEST_F(ReplacedBrick, NoCopyComesWhileABrickIsDown) {
  ASSERT_TRUE(reset("GF_RESET_OP_START", "/data/b"));
  EXPECT_TRUE(
      add("server:/data/d", "4").error().sentence().starts_with("Brick /data/b is down, changing replica count"));
}

}  // namespace
}  // namespace mortar
