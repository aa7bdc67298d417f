// volume add-brick and remove-brick, as they are typed and answered.
#include <gtest/gtest.h>

#include "command/command_test_support.h"
#include "wire/messages/commands.h"

namespace mortar::command {
namespace {

using testing::CommandTest;

constexpr const char* add_usage =
    "\nUsage:\nvolume add-brick <VOLNAME> [<replica> <COUNT> [arbiter <COUNT>]] <NEW-BRICK> ... [force]\n\n";

TEST_F(CommandTest, AddBrickSendsWhatItMeans) {
  session.answers = {Answer{}, Answer{}};
  EXPECT_EQ(run({"volume", "add-brick", "v", "h1:/b//x/", "h2:/b", "force"}), 0);
  ASSERT_EQ(session.requests.size(), 1U);
  EXPECT_EQ(session.requests[0].first, cli::AddBrick::number);
  const Dictionary plain = session.requests[0].second;
  EXPECT_EQ(plain.text("bricks"), " h1:/b/x h2:/b ");
  EXPECT_EQ(plain.number("count"), 2);
  EXPECT_EQ(plain.number("force"), 1);
  EXPECT_FALSE(plain.has("replica-count"));
  EXPECT_EQ(console.said, "volume add-brick: success\n");
  EXPECT_EQ(run({"volume", "add-brick", "v", "replica", "3", "arbiter", "1", "h:/a"}), 0);
  EXPECT_EQ(session.requests[1].second.number("replica-count"), 3);
  EXPECT_EQ(session.requests[1].second.number("arbiter-count"), 1);
  EXPECT_EQ(session.requests[1].second.text("bricks"), " h:/a ");
}

TEST_F(CommandTest, AddBrickRefusesBeforeAsking) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"v"}, ""},
      {{"v", "replica", "1", "h:/a"}, "replica count should be greater than 1\n"},
      {{"v", "replica", "2", "arbiter", "1", "h:/a"},
       "For arbiter configuration, replica count must be 3 and arbiter count must be 1. The 3rd brick of the replica "
       "will be the arbiter\n"},
      {{"v", "replica", "2", "h:/a"}, ""},
      {{"v", "a"}, "Wrong brick type: a, use <HOSTNAME>:<export-dir-abs-path>\n"},
      {{"v", "h:/a", "h:/a"}, "Found duplicate exports h:/a\n"},
      {{"v", "force"}, "No bricks specified\n"},
      {{"v", "replica", "3", "arbiter", "1"}, "No bricks specified\n"},
  };
  for (const auto& [arguments, sentence] : cases) {
    console.complained.clear();
    std::vector<std::string> words{"volume", "add-brick"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    EXPECT_EQ(run(words), 1);
    EXPECT_EQ(console.complained, sentence + add_usage);
  }
  EXPECT_TRUE(console.asked.starts_with("Replica 2 volumes are prone to split-brain.")) << console.asked;
  EXPECT_TRUE(session.requests.empty());
}

TEST_F(CommandTest, AddBrickToldAsXml) {
  settings.xml = true;
  session.answers = {Answer{}, Answer{-1, 0, "Unable to get volinfo for volume name nosuch", {}}};
  EXPECT_EQ(run({"volume", "add-brick", "v", "h:/b"}), 0);
  EXPECT_TRUE(
      console.said.contains("  <opErrstr/>\n  <cliOp>volAddBrick</cliOp>\n"
                            "  <output>Add Brick successful</output>\n"))
      << console.said;
  EXPECT_EQ(run({"volume", "add-brick", "nosuch", "h:/b"}), 0);
  EXPECT_TRUE(
      console.said.contains("  <opErrno>0</opErrno>\n"
                            "  <opErrstr>Unable to get volinfo for volume name nosuch</opErrstr>\n"
                            "  <cliOp>volAddBrick</cliOp>\n"
                            "  <output>Unable to get volinfo for volume name nosuch</output>\n"))
      << console.said;
}

TEST_F(CommandTest, RemoveBrickAsksFirst) {
  EXPECT_EQ(run({"volume", "remove-brick", "v", "h:/b", "force"}), 0);
  EXPECT_EQ(console.asked,
            "Remove-brick force will not migrate files from the removed bricks, so they will no longer be available on "
            "the volume.\nDo you want to continue?");
  EXPECT_TRUE(session.requests.empty());
  console.answer = true;
  session.answers = {Answer{}, Answer{-1, 30800, "Deleting all the bricks of the volume is not allowed", {}}};
  EXPECT_EQ(run({"volume", "remove-brick", "v", "h:/b/", "h:/c", "force"}), 0);
  const Dictionary& request = session.requests[0].second;
  EXPECT_EQ(session.requests[0].first, cli::RemoveBrick::number);
  EXPECT_EQ(request.number("command"), 5);
  EXPECT_EQ(request.text("brick1"), "h:/b");
  EXPECT_EQ(request.text("brick2"), "h:/c");
  EXPECT_EQ(request.number("count"), 2);
  EXPECT_EQ(console.said, "volume remove-brick commit force: success\n");
  EXPECT_EQ(run({"volume", "remove-brick", "v", "h:/b", "force"}), 1);
  EXPECT_EQ(console.complained,
            "volume remove-brick commit force: failed: Deleting all the bricks of the volume is not allowed\n");
}

TEST_F(CommandTest, RemoveBrickRefusesBeforeAsking) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"v", "h:/b"}, ""},
      {{"v", "h:/b", "away"}, ""},
      {{"v", "replica", "0", "h:/b", "force"}, "replica count should be greater than 0 in case of remove-brick\n"},
      {{"v", "b", "force"}, "wrong brick type: b, use <HOSTNAME>:<export-dir-abs-path>\n"},
      {{"v", "h:/b", "h:/b", "start"}, "Duplicate bricks found h:/b\n"},
      {{"v", "replica", "2", "force"}, "No bricks specified\n"},
  };
  for (const auto& [arguments, sentence] : cases) {
    console.complained.clear();
    std::vector<std::string> words{"volume", "remove-brick"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    EXPECT_EQ(run(words), 1) << sentence;
    EXPECT_TRUE(console.complained.starts_with(sentence + "\nUsage:\nvolume remove-brick <VOLNAME>"))
        << console.complained;
  }
  EXPECT_TRUE(session.requests.empty());
}

TEST_F(CommandTest, RemoveBrickToldAsXml) {
  settings.xml = true;
  session.answers = {Answer{-1, 0, "Incorrect brick h:/b for volume v", {}}, Answer{}};
  EXPECT_EQ(run({"volume", "remove-brick", "v", "h:/b", "start"}), 0);
  EXPECT_TRUE(console.said.contains("  <opErrstr>Incorrect brick h:/b for volume v</opErrstr>\n  <volRemoveBrick/>\n"));
  EXPECT_EQ(run({"volume", "remove-brick", "v", "h:/b", "force"}), 0);
  EXPECT_TRUE(console.said.contains("  <opErrstr>Remove Brick commit force successful</opErrstr>\n"));
}

TEST_F(CommandTest, OfARemovalUnderWayTheRebalanceIsAsked) {
  session.answers = {Answer{-1, 30800, "remove-brick not started for volume v.", {}}};
  EXPECT_EQ(run({"volume", "remove-brick", "v", "h:/b", "status"}), 1);
  EXPECT_EQ(session.requests[0].first, cli::DefragVolume::number);
  EXPECT_EQ(session.requests[0].second.number("rebalance-command"), 3);
  EXPECT_EQ(console.complained, "volume remove-brick status: failed: remove-brick not started for volume v.\n");
}

}  // namespace
}  // namespace mortar::command
