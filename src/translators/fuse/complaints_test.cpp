#include "translators/fuse/complaints.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/log.h"
#include "simulation/simulation.h"

namespace mortar::fuse {
namespace {

using namespace std::chrono_literals;

class Lines final : public log::Sink {
 public:
  Lines() { log::set_sink(this); }
  ~Lines() override { log::set_sink(nullptr); }
  void write(std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

class ComplaintsTest : public ::testing::Test {
 protected:
  void rename_fails(int number) {
    complaints_.note(Error(number, "the copies differ"), std::source_location::current());
  }

  Simulation simulation_{1};
  Complaints complaints_{simulation_.add_host("client", "10.0.0.1").start_process("mount")};
  Lines said_;
};

TEST_F(ComplaintsTest, SaysWhichOperationFailedAndWhy) {
  rename_fails(EIO);
  ASSERT_EQ(said_.lines.size(), 1U);
  EXPECT_NE(said_.lines[0].find(":rename_fails] 0-mount: the copies differ"), std::string::npos) << said_.lines[0];
}

TEST_F(ComplaintsTest, SaysNothingOfWhatWasAskedWrongly) {
  rename_fails(ENOENT);
  EXPECT_TRUE(said_.lines.empty());
}

TEST_F(ComplaintsTest, SaysHowManyMoreFailed) {
  for (int time = 0; time < 10; ++time) rename_fails(ENOTCONN);
  rename_fails(EIO);
  EXPECT_EQ(said_.lines.size(), 2U);
  simulation_.run_for(2s);
  rename_fails(ENOTCONN);
  ASSERT_EQ(said_.lines.size(), 3U);
  EXPECT_NE(said_.lines[2].find("(9 more failed"), std::string::npos) << said_.lines[2];
}

}  // namespace
}  // namespace mortar::fuse
