// volume replace-brick and reset-brick.
#include <gtest/gtest.h>

#include "command/command_test_support.h"

namespace mortar::command {
namespace {

using testing::CommandTest;

struct ReplaceTest : CommandTest {
  std::string told(std::string_view key) {
    return std::string(session.requests.back().second.text(key).value_or("nothing"));
  }
};

TEST_F(ReplaceTest, SendsBothBricks) {
  session.answers = {Answer{}};
  EXPECT_EQ(run({"volume", "replace-brick", "v", "h1:/a/", "h2:/b", "commit", "force"}), 0);
  EXPECT_EQ(told("operation"), "GF_REPLACE_OP_COMMIT_FORCE");
  EXPECT_EQ(told("src-brick"), "h1:/a");
  EXPECT_EQ(told("dst-brick"), "h2:/b");
  EXPECT_EQ(console.said, "volume replace-brick: success: replace-brick commit force operation successful\n");
}

TEST_F(ReplaceTest, SaysWhyNot) {
  session.answers = {Answer{.op_ret = -1, .op_errno = 0, .op_errstr = "no"}, {Answer{.op_ret = -1, .op_errstr = "no"}}};
  EXPECT_EQ(run({"volume", "replace-brick", "v", "h1:/a", "h2:/b", "commit", "force"}), 1);
  EXPECT_EQ(console.complained, "volume replace-brick: failed: no\n");
  settings.xml = true;
  EXPECT_EQ(run({"volume", "replace-brick", "v", "h1:/a", "h2:/b", "commit", "force"}), 0);
  EXPECT_TRUE(console.said.contains("<opErrstr>no</opErrstr>")) << console.said;
}

TEST_F(ReplaceTest, ResetsInSteps) {
  session.answers = {Answer{}, Answer{}};
  EXPECT_EQ(run({"volume", "reset-brick", "v", "h1:/a", "start"}), 0);
  EXPECT_EQ(told("operation"), "GF_RESET_OP_START");
  EXPECT_EQ(told("dst-brick"), "nothing");
  EXPECT_EQ(run({"volume", "reset-brick", "v", "h1:/a", "h1:/a", "commit", "force"}), 0);
  EXPECT_EQ(told("operation"), "GF_RESET_OP_COMMIT_FORCE");
  EXPECT_EQ(console.said,
            "volume reset-brick: success: reset-brick start operation successful\n"
            "volume reset-brick: success: reset-brick commit force operation successful\n");
}

TEST_F(ReplaceTest, RefusesOtherWords) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"volume", "replace-brick", "v", "h:/a", "h:/b", "commit"},
        {"volume", "replace-brick", "v", "h:/a", "h:/b", "start"},
        {"volume", "reset-brick", "v", "h:/a"},
        {"volume", "reset-brick", "v", "h:/a", "start", "force"}}) {
    console.complained.clear();
    EXPECT_EQ(run(words), 1);
    EXPECT_TRUE(console.complained.starts_with("\nUsage:\nvolume re")) << console.complained;
  }
  EXPECT_TRUE(session.requests.empty());
}

}  // namespace
}  // namespace mortar::command
