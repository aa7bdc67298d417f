// A brick that does not start says which of its files cannot be used, and what to do.
#include <gmock/gmock.h>

#include "translators/posix/posix_test_support.h"

namespace mortar::posix {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct PosixStart : ::testing::Test {
  PosixStart() {
    brick.stop();
    brick.is_checked = false;
    brick.lab.disk().on_call([this](const DiskCall& call) {
      const bool is_it = !failing_method.empty() && call.name == failing_method && call.text == failing_name;
      return is_it ? number : 0;
    });
  }
  std::string why_not(const std::string& method, const std::string& name, int error) {
    failing_method = method;
    failing_name = name;
    number = error;
    VolumeSection section;
    section.name = "test-posix";
    section.set_option("directory", brick.lab.folder());
    const Result<std::unique_ptr<Translator>> posix = Posix::make(brick.lab.world(), section);
    const Result<Done> started = brick.lab.run((*posix)->start());
    failing_method.clear();
    if (started) EXPECT_TRUE(brick.lab.run((*posix)->stop()));
    return started ? "" : started.error().sentence();
  }

  BrickLab<SimulatedLab> brick;
  std::string failing_method, failing_name;
  int number = 0;
};

TEST_F(PosixStart, WhatIsDamagedIsNamed) {
  const auto damage = HasSubstr("damaged: see the kernel's log");
  EXPECT_THAT(why_not("open", "7f", EBADMSG), AllOf(HasSubstr("brick /brick: "), HasSubstr(".glusterfs/7f: "), damage));
  EXPECT_THAT(why_not("open", "/brick", EUCLEAN), AllOf(HasSubstr("brick /brick: cannot be opened: "), damage));
  EXPECT_THAT(why_not("open", "landfill", EIO), AllOf(HasSubstr(".glusterfs/landfill: "), damage));
  EXPECT_THAT(why_not("status", ".landfill", EIO), AllOf(HasSubstr("brick /brick: "), damage));
  EXPECT_EQ(why_not("open", "7f", EACCES), "brick /brick: cannot prepare .glusterfs: .glusterfs/7f: Permission denied");
  EXPECT_EQ(why_not("", "", 0), "");
}

}  // namespace
}  // namespace mortar::posix
