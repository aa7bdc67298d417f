#include <gtest/gtest.h>

#include <map>

#include "command/command_test_support.h"
#include "command/completion.h"
#include "command/handlers.h"
#include "wire/messages/commands.h"

namespace mortar::command {
namespace {

using testing::Captured;
using testing::CommandTest;

TEST_F(CommandTest, UnknownWordsAreNamedWithTheirPlace) {
  EXPECT_EQ(run({"foo", "bar"}), 1);
  EXPECT_TRUE(console.said.starts_with("unrecognized word: foo (position 0)\n\n Usage: gluster [options]"))
      << console.said;
  console.said.clear();
  EXPECT_EQ(run({"volume"}), 1);
  EXPECT_TRUE(console.said.starts_with("unrecognized command\n")) << console.said;
  EXPECT_TRUE(session.requests.empty());
}

TEST_F(CommandTest, WordsMayBeAbbreviated) {
  session.answers = {Answer{}};
  EXPECT_EQ(run({"vol", "lis"}), 0);
  ASSERT_EQ(session.requests.size(), 1U);
  EXPECT_EQ(session.requests[0].first, cli::ListVolume::number);
  EXPECT_EQ(session.requests[0].second.text("cmd-str"), "volume list");
  EXPECT_EQ(console.complained, "No volumes present in cluster\n");
}

TEST_F(CommandTest, WithoutADaemonItSaysSo) {
  EXPECT_EQ(run({"volume", "list"}), 1);
  EXPECT_EQ(console.said, "Connection failed. Please check if gluster daemon is operational.\n");
}

TEST_F(CommandTest, ARefusedDetachLeavesWithStocksStatus) {
  settings.script = true;
  session.answers = {Answer{.op_ret = 1, .op_errno = 3, .op_errstr = "it has bricks"},
                     Answer{.op_ret = -1, .op_errno = 1, .op_errstr = "h is localhost"}};
  EXPECT_EQ(run({"peer", "detach", "h"}), 255);
  EXPECT_EQ(run({"peer", "detach", "h"}), 1);
  EXPECT_EQ(console.complained, "peer detach: failed: it has bricks\npeer detach: failed: h is localhost\n");
}

TEST_F(CommandTest, CreateRefusesBeforeAsking) {
  const std::map<std::vector<std::string>, std::string> cases{
      {{"bad@name", "h:/b"},
       "Volume name should not contain \"@\" character.\nVolume names can onlycontain alphanumeric, '-' and '_' "
       "characters."},
      {{"all", "h:/b"}, "\"all\" cannot be the name of a volume."},
      {{std::string(257, 'a'), "h:/b"}, "Volume name exceeds 256 characters."},
      {{"v", "h:relative"}, "Wrong brick type: h:relative, use <HOSTNAME>:<export-dir-abs-path>"},
      {{"v", "h:/b/../c"}, "Wrong brick type: h:/b/../c, use <HOSTNAME>:<export-dir-abs-path>"},
      {{"v", "localhost:/b"},
       "Please provide a valid hostname/ip other than localhost, 127.0.0.1 or loopback address (0.0.0.0 to "
       "0.255.255.255)."},
      {{"v", "h:/b", "h:/b/"}, "Found duplicate exports h:/b"},
      {{"v", "replica", "1", "h:/b"}, "replica count should be greater than 1"},
      {{"v", "replica", "3", "h:/a", "h:/b"}, "number of bricks is not a multiple of replica count"},
      {{"v", "disperse", "2", "h:/a", "h:/b"}, "disperse count must be greater than 2"},
      {{"v", "arbiter", "1", "h:/a"}, "arbiter option must be preceded by replica option."},
      {{"v", "disperse", "3", "redundancy", "2", "h:/a", "h:/b", "h:/c"},
       "redundancy must be greater than or equal to 1 and less than 2 for a disperse 3 volume"},
  };
  settings.script = true;
  for (const auto& [arguments, sentence] : cases) {
    console.complained.clear();
    std::vector<std::string> words{"volume", "create"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    EXPECT_EQ(run(words), 1);
    EXPECT_TRUE(console.complained.starts_with(sentence + "\n\nUsage:\nvolume create <NEW-VOLNAME>"))
        << console.complained;
  }
  EXPECT_TRUE(session.requests.empty());
}

TEST_F(CommandTest, CreateSendsWhatItMeans) {
  session.answers = {Answer{}};
  EXPECT_EQ(run({"volume", "create", "v", "replica", "2", "arbiter", "1", "h1:/b//x/", "h2:/b", "h3:/b", "force"}), 0);
  ASSERT_EQ(session.requests.size(), 1U);
  const Dictionary& request = session.requests[0].second;
  EXPECT_EQ(request.text("bricks"), " h1:/b/x h2:/b h3:/b ");
  EXPECT_EQ(request.number("replica-count"), 3);
  EXPECT_EQ(request.number("arbiter-count"), 1);
  EXPECT_EQ(request.number("count"), 3);
  EXPECT_EQ(request.number("type"), 2);
  EXPECT_EQ(request.number("force"), 1);
  EXPECT_EQ(console.said, "volume create: v: success: please start the volume to access data\n");
}

TEST_F(CommandTest, WhatIsNotThereYetIsToldFromTypingErrors) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"volume", "bitrot", "v", "enable"}, "volume bitrot"},
      {{"volume", "quota", "v", "list"}, "volume quota"},
      {{"snapshot", "create", "s", "v"}, "snapshot"},
      {{"nfs-ganesha", "enable"}, "nfs-ganesha"},
  };
  for (const auto& [words, name] : cases) {
    console.complained.clear();
    EXPECT_EQ(run(words), 1);
    EXPECT_EQ(console.complained, "this release does not have `" + name + "` yet; nothing was changed\n");
  }
  EXPECT_EQ(console.said, "");
  settings.xml = true;
  EXPECT_EQ(run({"volume", "barrier", "v", "enable"}), 1);
  EXPECT_TRUE(
      console.said.contains("<opRet>-1</opRet>\n  <opErrno>95</opErrno>\n  <opErrstr>this release does not have "
                            "`volume barrier` yet; nothing was changed</opErrstr>\n"))
      << console.said;
  EXPECT_TRUE(session.requests.empty());
  for (const Command& command : all_commands()) {
    EXPECT_TRUE(command.run != unavailable || command.group == Group::hidden) << command.usage();
  }
}

TEST_F(CommandTest, GetStateReadsItsWords) {
  struct Case {
    std::vector<std::string> words;
    std::string request;  // folder, name and kind
  };
  const Case cases[] = {{{}, "||"},
                        {{"glusterd", "detail"}, "||1"},
                        {{"file", "a", "odir", "/x", "volumeoptions"}, "/x|a|2"},
                        {{"glusterd", "odir", "/x"}, "/x||"}};
  for (const Case& one : cases) {
    std::vector<std::string> words{"get-state"};
    words.insert(words.end(), one.words.begin(), one.words.end());
    session.answers = {Answer{}};
    session.answers[0].values.set_text("ofilepath", "/run/state");
    console.said.clear();
    EXPECT_EQ(run(words), 0);
    EXPECT_EQ(console.said, "glusterd state dumped to /run/state\n");
    const Dictionary& sent = session.requests.back().second;
    EXPECT_EQ(std::string(sent.text("odir").value_or("")) + "|" + std::string(sent.text("filename").value_or("")) +
                  "|" + std::string(sent.text("getstate-cmd").value_or("")),
              one.request);
  }
  const std::pair<std::vector<std::string>, std::string> refused[] = {
      {{"get-state", "quotad"}, "glusterd is the only supported daemon.\n\nUsage:\nget-state "},
      {{"get-state", "glusterd", "detail", "volumeoptions"}, "Problem parsing arguments. Check usage.\n\nUsage:\n"},
      {{"get-state", "odir"}, "\nUsage:\nget-state "}};
  for (const auto& [words, sentence] : refused) {
    console.complained.clear();
    EXPECT_EQ(run(words), 1);
    EXPECT_TRUE(console.complained.starts_with(sentence)) << console.complained;
  }
}

TEST_F(CommandTest, HelpListsWhatThereIs) {
  EXPECT_EQ(run({"snapshot", "help"}), 0);
  EXPECT_EQ(console.said,
            "\ngluster snapshot commands\n=========================\n\n"
            "snapshot help - display help for snapshot commands\n\n\n");
  console.said.clear();
  EXPECT_EQ(run({"volume", "quota", "help"}), 0);
  EXPECT_TRUE(console.said.starts_with("\ngluster quota commands\n=======================\n\n")) << console.said;
  console.said.clear();
  EXPECT_EQ(run({"system::", "help"}), 0);
  EXPECT_TRUE(console.said.starts_with("system:: fsm log [<peer-name>] - display fsm transitions\n")) << console.said;
  console.said.clear();
  EXPECT_EQ(run({"help", "all"}), 0);
  EXPECT_TRUE(
      console.said.contains("pool list - list all the nodes in the pool (including localhost)\n\n\n\n"
                            "gluster volume commands\n========================\n\n"))
      << console.said;
  EXPECT_TRUE(session.requests.empty());
}

TEST_F(CommandTest, LogsAreRotated) {
  session.answers = {Answer{}, Answer{-1, 30800, "Volume v does not exist", {}}};
  EXPECT_EQ(run({"volume", "log", "v", "rotate", "h:/b//x/"}), 0);
  EXPECT_EQ(console.said, "volume log-rotate: success\n");
  EXPECT_EQ(session.requests[0].second.text("brick"), "h:/b/x");
  EXPECT_EQ(run({"volume", "log", "v", "rotate"}), 1);
  EXPECT_EQ(console.complained, "volume log-rotate: failed: Volume v does not exist\n");
  console.complained.clear();
  EXPECT_EQ(run({"volume", "log", "rotate", "v"}), 1);
  EXPECT_EQ(console.complained, "\nUsage:\nvolume log <VOLNAME> rotate [BRICK]\n\n");
}

TEST_F(CommandTest, SyncAsksFirst) {
  EXPECT_EQ(run({"volume", "sync", "h"}), 0);
  EXPECT_TRUE(console.asked.starts_with("Sync volume may make data inaccessible")) << console.asked;
  EXPECT_TRUE(session.requests.empty());
  settings.script = true;
  session.answers = {Answer{-1, 0, "sync from localhost not allowed", {}}};
  EXPECT_EQ(run({"volume", "sync", "h"}), 1);
  EXPECT_EQ(console.complained, "volume sync: failed: sync from localhost not allowed\n");
  EXPECT_EQ(session.requests[0].second.number("flags"), 1);
}

TEST_F(CommandTest, ShellsAreToldWhatFits) {
  session.answers = {Answer{}};
  session.answers[0].values.set("count", std::int64_t{2});
  session.answers[0].values.set_text("volume0", "photos");
  session.answers[0].values.set_text("volume1", "music");
  EXPECT_EQ(run({"system::", "complete", "volume", "start", "p"}), 0);
  EXPECT_EQ(console.said, "photos\n");
  console.said.clear();
  EXPECT_EQ(run({"system::", "complete", "volume", "st"}), 0);
  EXPECT_EQ(console.said, "start\nstatedump\nstatus\nstop\n");
  EXPECT_EQ(session.requests.size(), 1U);
}

TEST(Completion, KnowsNamesAndKeys) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(words_that_fit({}, "p"), (Words{"peer", "pool"}));
  EXPECT_EQ(words_that_fit({"volume"}, "sta"), (Words{"start", "statedump", "status"}));
  EXPECT_EQ(words_that_fit({"volume", "quota"}, ""), (Words{"help"}));
  EXPECT_EQ(words_that_fit({"volume", "set", "v"}, "performance.cache-si"), (Words{"performance.cache-size"}));
  EXPECT_EQ(words_that_fit({"volume", "set", "v", "performance.cache-size"}, ""), Words{});
  EXPECT_EQ(words_that_fit({"nosuch"}, ""), Words{});
}

TEST_F(CommandTest, ManyBricksNeedNoQuestion) {
  session.answers = {Answer{}};
  EXPECT_EQ(run({"volume", "create", "v", "h:/a", "h:/b"}), 0);
  EXPECT_EQ(console.asked, "");
}

TEST_F(CommandTest, TwoCopiesAskFirst) {
  EXPECT_EQ(run({"volume", "create", "v", "replica", "2", "h1:/b", "h2:/b"}), 1);
  EXPECT_TRUE(console.asked.starts_with("Replica 2 volumes are prone to split-brain."));
  EXPECT_TRUE(session.requests.empty());
}

TEST_F(CommandTest, StopAsksAndANoChangesNothing) {
  EXPECT_EQ(run({"volume", "stop", "v"}), 0);
  EXPECT_EQ(console.asked, "Stopping volume will make its data inaccessible. Do you want to continue?");
  EXPECT_TRUE(session.requests.empty());
  console.answer = true;
  session.answers = {Answer{-1, 30800, "Volume v is not in the started state", {}}};
  EXPECT_EQ(run({"volume", "stop", "v"}), 1);
  EXPECT_EQ(console.complained, "volume stop: v: failed: Volume v is not in the started state\n");
}

Answer one_volume() {
  Answer answer;
  Dictionary& values = answer.values;
  values.set("count", std::int64_t{1});
  auto number = [&](const char* key, std::int64_t value) { values.set(std::string("volume0.") + key, value); };
  auto text = [&](const char* key, const char* value) { values.set_text(std::string("volume0.") + key, value); };
  text("name", "arb");
  text("volume_id", "91225967-2759-46b3-94da-4f8d108aa7e5");
  for (const auto& [key, value] : std::map<const char*, std::int64_t>{{"type", 2},
                                                                      {"status", 1},
                                                                      {"brick_count", 3},
                                                                      {"dist_count", 3},
                                                                      {"replica_count", 3},
                                                                      {"arbiter_count", 1},
                                                                      {"disperse_count", 0},
                                                                      {"redundancy_count", 0},
                                                                      {"transport", 0},
                                                                      {"snap_count", 0},
                                                                      {"thin_arbiter_count", 0},
                                                                      {"opt_count", 1}}) {
    number(key, value);
  }
  text("brick1", "server1:/b1");
  text("brick2", "server2:/b1");
  text("brick3", "server3:/b1");
  text("brick3.isArbiter", "1");
  text("option.nfs.disable", "on");
  return answer;
}

TEST_F(CommandTest, InfoReadsAsStocks) {
  session.answers = {one_volume()};
  EXPECT_EQ(run({"volume", "info", "arb"}), 0);
  EXPECT_EQ(console.said,
            " \nVolume Name: arb\nType: Replicate\nVolume ID: 91225967-2759-46b3-94da-4f8d108aa7e5\nStatus: Started\n"
            "Snapshot Count: 0\nNumber of Bricks: 1 x (2 + 1) = 3\nTransport-type: tcp\nBricks:\n"
            "Brick1: server1:/b1\nBrick2: server2:/b1\nBrick3: server3:/b1 (arbiter)\n"
            "Options Reconfigured:\nnfs.disable: on\n");
}

TEST_F(CommandTest, ClientListReadsAsStocks) {
  Answer answer;
  answer.values.set_text("volname", "rep3");
  answer.values.set("cmd", std::int64_t{0x180});
  answer.values.set("client-count", std::int64_t{5});
  int client = 0;
  for (const char* name : {"glustershd", "glustershd", "fuse.mnt", "glustershd", "fuse.other"}) {
    answer.values.set_text("client" + std::to_string(client++) + ".name", name);
  }
  session.answers = {answer};
  EXPECT_EQ(run({"volume", "status", "rep3", "client-list"}), 0);
  const std::string rule(65, '-');
  EXPECT_EQ(console.said,
            "Client connections for volume rep3\n"
            "Name                                                       count\n"
            "-----                                                     ------\n"
            "glustershd                                                     3\n"
            "fuse.mnt                                                       2\n"
            "\ntotal clients for volume rep3 : 5 \n" +
                rule + "\n\n");
  console.said.clear();
  answer.values.set("client-count", std::int64_t{0});
  session.answers = {answer};
  EXPECT_EQ(run({"volume", "status", "rep3", "client-list"}), 0);
  EXPECT_EQ(console.said, "Client connections for volume rep3\n\ntotal clients for volume rep3 : 0 \n" + rule + "\n\n");
}

TEST_F(CommandTest, XmlHasStocksFrame) {
  settings.xml = true;
  session.answers = {Answer{-1, 30806, "Volume does not exist", {}}};
  session.answers[0].values.set("count", std::int64_t{0});
  EXPECT_EQ(run({"volume", "info", "nosuch"}), 0);
  EXPECT_EQ(console.said,
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<cliOutput>\n  <opRet>-1</opRet>\n"
            "  <opErrno>30806</opErrno>\n  <opErrstr>Volume does not exist</opErrstr>\n  <volInfo>\n    <volumes>\n"
            "      <count>0</count>\n    </volumes>\n  </volInfo>\n</cliOutput>\n");
}

TEST(Settings, AreFoundAnywhereAmongTheWords) {
  Captured console;
  Parsed parsed =
      parse_arguments({"volume", "--xml", "info", "--mode=script", "--timeout=7", "--", "--odd"}, Places{}, console);
  EXPECT_FALSE(parsed.exit_status);
  EXPECT_TRUE(parsed.settings.xml && parsed.settings.script);
  EXPECT_EQ(parsed.settings.timeout, std::chrono::seconds(7));
  EXPECT_EQ(parsed.settings.words, (std::vector<std::string>{"volume", "info", "--odd"}));
}

TEST(Settings, WrongOnesEndTheProgram) {
  Captured console;
  EXPECT_FALSE(parse_arguments({"--log-level=NONE", "--log-file=/x", "volume", "info"}, Places{}, console).exit_status);
  EXPECT_FALSE(parse_arguments({"--log-level=debug", "volume", "info"}, Places{}, console).exit_status);
  EXPECT_EQ(parse_arguments({"--log-level=LOUD", "volume", "info"}, Places{}, console).exit_status, 255);
  console.said.clear();
  EXPECT_EQ(parse_arguments({"--foo", "volume", "info"}, Places{}, console).exit_status, 255);
  EXPECT_TRUE(console.said.starts_with("unrecognized option --foo\n"));
  EXPECT_EQ(parse_arguments({"--timeout=x"}, Places{}, console).exit_status, 254);
  EXPECT_EQ(console.complained, "timeout value should be a positive integer\n");
}

}  // namespace
}  // namespace mortar::command
