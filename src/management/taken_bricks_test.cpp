// Directories that became bricks for a volume that never came.
#include <gtest/gtest.h>

#include "management/management_test_support.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct ServerWithABrickTaken : ::testing::Test {
  ServerWithABrickTaken() : machine(31), daemon(std::make_unique<Daemon>(machine.host)) {
    check(daemon->start().has_value(), "the daemon starts");
    take("lost");
  }

  // As a server is asked to that does not live to make the change.
  void take(const std::string& name) {
    CreateVolume edit = creation(name);
    edit.volume.id = Gfid::parse("11111111-2222-3333-4444-555555555555").value();
    edit.volume.bricks.front().server = daemon->management().server();
    const Order order{.command = "create", .volume = name, .force = 1, .document = document_of(edit.volume)};
    const Result<Done> taken = machine.simulation.run(daemon->management().performer().carry_out(order));
    check(taken.has_value(), "a brick is taken");
  }
  void restart() {
    daemon.reset();
    machine.host.power_off();
    machine.host.power_on();
    daemon = std::make_unique<Daemon>(machine.host);
    check(daemon->start().has_value(), "the daemon starts again");
  }
  void wait(Duration duration) {
    machine.simulation.run_until([] { return false; }, duration);
  }
  bool is_marked(const std::string& path) {
    return machine.host.disk().get_xattr(FileSystem::no_directory, path, volume_id_xattr).has_value();
  }
  bool is_there(const std::string& path) {
    return machine.host.disk().status(FileSystem::no_directory, path).has_value();
  }

  static constexpr const char* note = "/var/lib/glusterd/mortar/taken";
  Machine machine;
  std::unique_ptr<Daemon> daemon;
};

TEST_F(ServerWithABrickTaken, KeepsItForAsLongAsAChangeMayTake) {
  EXPECT_TRUE(is_marked("/data/lost"));
  wait(4min);
  EXPECT_TRUE(is_marked("/data/lost"));
  EXPECT_TRUE(is_there(note));
  wait(2min);
  EXPECT_FALSE(is_there("/data/lost"));
  EXPECT_FALSE(is_there(note));
}

TEST_F(ServerWithABrickTaken, KnowsOfItAfterAPowerCut) {
  restart();
  EXPECT_TRUE(is_marked("/data/lost"));
  wait(20s);
  EXPECT_FALSE(is_marked("/data/lost"));
  EXPECT_FALSE(is_there("/data/lost/.glusterfs"));
  EXPECT_FALSE(is_there(note));
}

TEST_F(ServerWithABrickTaken, LeavesWhatIsUsedMeanwhile) {
  ASSERT_TRUE(machine.host.disk().write_file("/data/lost/.glusterfs/health_check", "data"));
  restart();
  wait(20s);
  EXPECT_TRUE(is_marked("/data/lost"));
  EXPECT_FALSE(is_there(note));
}

TEST_F(ServerWithABrickTaken, GivesItToTheNextVolume) {
  CreateVolume edit = creation("lost");
  const Result<Done> made = daemon->run(&Management::create_volume, edit);
  ASSERT_TRUE(made) << made.error().sentence();
  EXPECT_FALSE(is_there(note));
  restart();
  wait(10min);
  EXPECT_TRUE(is_marked("/data/lost"));
  EXPECT_TRUE(daemon->run(&Management::start_volume, StartVolume{"lost"}));
}

TEST_F(ServerWithABrickTaken, StartsAnewWhereItsNoteIsDamaged) {
  ASSERT_TRUE(machine.host.disk().write_file(note, "no pool"));
  restart();
  EXPECT_TRUE(daemon->run(&Management::create_volume, creation("other")));
}

}  // namespace
}  // namespace mortar
