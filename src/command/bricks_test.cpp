// volume add-brick, remove-brick and rebalance, as they are typed and answered.
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

Answer rebalance_of_two(std::int64_t first, std::int64_t second) {
  Answer answer;
  Dictionary& values = answer.values;
  values.set_text("rebalance-id", "fda91fb0-afcf-47dd-84ae-cd8ed5836a8c");
  values.set("count", std::int64_t{3});
  for (const auto& [place, status] : {std::pair(1, first), {2, std::int64_t{0}}, {3, second}}) {
    const std::string number = std::to_string(place);
    values.set_text("node-name-" + number, place == 3 ? "localhost" : "server2");
    values.set_text("node-uuid-" + number, "6748a2a8-3219-4ba5-8386-d42e6b5e75ff");
    values.set("status-" + number, status);
    values.set("files-" + number, std::uint64_t{761});
    values.set("size-" + number, std::uint64_t{4608});
    values.set("lookups-" + number, std::uint64_t{1065});
    values.set("run-time-" + number, 55.0 * place);
  }
  return answer;
}

TEST_F(CommandTest, RebalanceOfLayouts) {
  session.answers = {rebalance_of_two(7, 5), rebalance_of_two(7, 7)};
  EXPECT_EQ(run({"volume", "rebalance", "v", "fix-layout", "start"}), 0);
  EXPECT_EQ(session.requests[0].first, cli::DefragVolume::number);
  EXPECT_EQ(session.requests[0].second.number("rebalance-command"), 4);
  EXPECT_EQ(console.said,
            "volume rebalance: v: success: Rebalance on v has been started successfully. Use rebalance status command "
            "to check status of the rebalance process.\nID: fda91fb0-afcf-47dd-84ae-cd8ed5836a8c\n");
  console.said.clear();
  EXPECT_EQ(run({"volume", "rebalance", "v", "status"}), 0);
  EXPECT_EQ(
      console.said,
      "                               Node                                    status           run time in h:m:s\n"
      "                          ---------                               -----------                ------------\n"
      "                            server2                               fix-layout completed        0:00:55\n"
      "                          localhost                               fix-layout completed        0:02:45\n"
      "volume rebalance: v: success\n");
}

TEST_F(CommandTest, RebalanceOfData) {
  session.answers = {rebalance_of_two(3, 2)};
  EXPECT_EQ(run({"volume", "rebalance", "v", "stop"}), 0);
  EXPECT_EQ(
      console.said,
      "                                    Node Rebalanced-files          size       scanned      failures       "
      "skipped               status  run time in h:m:s\n"
      "                               ---------      -----------   -----------   -----------   -----------   "
      "-----------         ------------     --------------\n"
      "                                 server2              761         4.5KB          1065             0        "
      "     0            completed        0:00:55\n"
      "                               localhost              761         4.5KB          1065             0        "
      "     0              stopped        0:02:45\n"
      "volume rebalance: v: success: rebalance process may be in the middle of a file migration.\n"
      "The process will be fully stopped once the migration of the file is complete.\n"
      "Please check rebalance process for completion before doing any further brick related tasks on the volume."
      "\n\n");
}

TEST_F(CommandTest, RebalanceToldAsXml) {
  settings.xml = true;
  session.answers = {rebalance_of_two(7, 8), Answer{-1, 30800, "Rebalance not started for volume v.", {}},
                     Answer{-1, 30800, "Rebalance on v is already started", {}}};
  EXPECT_EQ(run({"volume", "rebalance", "v", "status"}), 0);
  EXPECT_TRUE(
      console.said.contains("  <volRebalance>\n    <task-id>fda91fb0-afcf-47dd-84ae-cd8ed5836a8c</task-id>\n"
                            "    <op>3</op>\n    <nodeCount>3</nodeCount>\n    <node>\n"
                            "      <nodeName>server2</nodeName>\n"))
      << console.said;
  EXPECT_TRUE(
      console.said.contains("    <aggregate>\n      <files>1522</files>\n      <size>9216</size>\n"
                            "      <lookups>2130</lookups>\n      <failures>0</failures>\n"
                            "      <skipped>0</skipped>\n      <status>8</status>\n"
                            "      <statusStr>fix-layout failed</statusStr>\n"
                            "      <runtime>165.00</runtime>\n    </aggregate>\n"))
      << console.said;
  console.said.clear();
  EXPECT_EQ(run({"volume", "rebalance", "v", "status"}), 1);
  EXPECT_TRUE(
      console.said.contains("  <cliOp>volRebalance</cliOp>\n"
                            "  <output>Rebalance not started for volume v.</output>\n"));
  console.said.clear();
  EXPECT_EQ(run({"volume", "rebalance", "v", "start"}), 0);
  EXPECT_TRUE(
      console.said.contains("  <opErrstr>Rebalance on v is already started</opErrstr>\n"
                            "  <volRebalance>\n    <op>1</op>\n  </volRebalance>\n"));
}

}  // namespace
}  // namespace mortar::command
