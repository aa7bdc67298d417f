#include "translators/read_only/read_only.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using testing::ask;

struct ReadOnlyTest : ::testing::Test {
  template <class Operation>
  int error_of(Operation operation, std::int32_t pid = 100) {
    return ask(*translator, testing::call_of(testing::client_number(1), "o", pid), std::move(operation))->error();
  }
  ReadOnlyTest() {
    section.name = "v-read-only";
    section.set_option("read-only", "on");
    translator = *make_read_only(world, section);
    translator->add_child(leaf);
  }
  Simulation simulation{1};
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process("brick");
  VolumeSection section;
  testing::FakeLeaf leaf;
  std::unique_ptr<Translator> translator;
};

TEST_F(ReadOnlyTest, RefusesModificationsOfClients) {
  EXPECT_EQ(error_of(fop::Write{}), EROFS);
  EXPECT_EQ(error_of(fop::Create{}), EROFS);
  EXPECT_EQ(error_of(fop::Unlink{}), EROFS);
  EXPECT_EQ(error_of(fop::Setattr{}), EROFS);
  EXPECT_EQ(error_of(fop::Xattrop{}), EROFS);
  EXPECT_EQ(error_of(fop::Open{.flags = open_flag::read_write}), EROFS);
  EXPECT_EQ(error_of(fop::Open{.flags = open_flag::truncate}), EROFS);
  EXPECT_EQ(error_of(fop::Open{.flags = 0}), 0);
  EXPECT_EQ(error_of(fop::Read{}), 0);
  EXPECT_EQ(error_of(fop::Fsync{}), 0);
  EXPECT_EQ(error_of(fop::Lk{}), 0);
  EXPECT_EQ(error_of(fop::Flush{}), 0);
  EXPECT_EQ(error_of(fop::Write{}, internal_pid::self_heal), 0);
}

TEST_F(ReadOnlyTest, TheOptionCanChange) {
  section.set_option("read-only", "off");
  ASSERT_TRUE(translator->reconfigure(section));
  EXPECT_EQ(error_of(fop::Write{}), 0);
}

}  // namespace
}  // namespace mortar
