// volume heal: what is told to daemons, and what glfsheal is called with.
#include <gtest/gtest.h>

#include "command/command_test_support.h"

namespace mortar::command {
namespace {

using testing::CommandTest;

// Remembers what was run, and says how it ended.
class FakeProcesses : public Processes {
 public:
  Result<int> start(const mortar::Command& command) override {
    started = command.arguments;
    if (missing) return failed(ENOENT);
    return 7;
  }
  Task<Exit> ended(int) override { co_return exit; }
  Task<Finished> run(mortar::Command) override { co_return Error(EOPNOTSUPP); }
  Result<Done> signal(int, int) override { return done; }
  std::vector<std::string> command_line(int) override { return {}; }
  int own_pid() const override { return 1; }

  std::vector<std::string> started;
  bool missing = false;
  Exit exit;
};

class ProgramWorld : public testing::NoWorld {
 public:
  Processes& processes() override { return programs; }
  FakeProcesses programs;
};

struct HealTest : CommandTest {
  HealTest() {
    settings.heal_program = "/sbin/glfsheal";
    settings.socket = "/run/d.socket";
  }
  int heal(std::vector<std::string> words) {
    words.insert(words.begin(), {"volume", "heal"});
    return run(std::move(words), programs);
  }
  std::vector<std::string> helper_words(std::vector<std::string> words) {
    EXPECT_EQ(heal(std::move(words)), 0);
    std::vector<std::string> told = programs.programs.started;
    EXPECT_GE(told.size(), 4U);
    EXPECT_EQ(told.front(), "/sbin/glfsheal");
    EXPECT_EQ(told[1], "v");
    EXPECT_EQ(std::vector(told.end() - 2, told.end()), (std::vector<std::string>{"glusterd-sock", "/run/d.socket"}));
    return {told.begin() + 2, told.end() - 2};
  }
  ProgramWorld programs;
};

using Words = std::vector<std::string>;

TEST_F(HealTest, TellsTheDaemons) {
  session.answers = {Answer{}, Answer{}, Answer{}};
  EXPECT_EQ(heal({"v"}), 0);
  EXPECT_EQ(session.requests[0].second.number("heal-op"), 1);
  EXPECT_EQ(heal({"v", "full"}), 0);
  EXPECT_EQ(session.requests[1].second.number("heal-op"), 2);
  EXPECT_EQ(heal({"v", "disable"}), 0);
  EXPECT_EQ(session.requests[2].second.number("heal-op"), 13);
  EXPECT_EQ(console.said,
            "Launching heal operation to perform index self heal on volume v has been successful \n"
            "Use heal info commands to check status.\n"
            "Launching heal operation to perform full self heal on volume v has been successful \n"
            "Use heal info commands to check status.\n"
            "Disable heal on volume v has been successful \n");
}

TEST_F(HealTest, SaysWhyNothingWasHealed) {
  session.answers = {Answer{.op_ret = -1, .op_errstr = "Volume v is not started."}};
  EXPECT_EQ(heal({"v"}), 1);
  EXPECT_EQ(console.complained,
            "Launching heal operation to perform index self heal on volume v has been unsuccessful:\n"
            "Volume v is not started.\n");
}

TEST_F(HealTest, ShowsCounts) {
  Answer answer;
  for (const auto& [key, value] : {std::pair{"count", "2"},
                                   {"0-hostname", "h1"},
                                   {"0-path", "/b"},
                                   {"0-hardlinks", "8"},
                                   {"1-hostname", "h2"},
                                   {"1-path", "/b"},
                                   {"1-status", "Brick is not connected"}}) {
    answer.values.set_text(key, value);
  }
  session.answers = {answer};
  EXPECT_EQ(heal({"v", "statistics", "heal-count", "replica", "h1:/b/"}), 0);
  EXPECT_EQ(session.requests[0].second.number("heal-op"), 9);
  EXPECT_EQ(session.requests[0].second.text("per-replica-cmd-hostname"), "h1");
  EXPECT_EQ(session.requests[0].second.text("per-replica-cmd-path"), "/b");
  EXPECT_EQ(console.said,
            "Gathering count of entries to be healed per replica on volume v has been successful \n"
            "\nBrick h1:/b\nNumber of entries: 8\n"
            "\nBrick h2:/b\nStatus: Brick is not connected\nNo gathered input for this brick\n");
}

TEST_F(HealTest, ShowsWalks) {
  Answer answer;
  for (const auto& [key, value] : {std::pair{"count", "1"},
                                   {"0-hostname", "h1"},
                                   {"0-path", "/b"},
                                   {"statistics-0-count", "2"},
                                   {"statistics_crawl_type-0-0", "INDEX"},
                                   {"statistics_healed_cnt-0-0", "3"},
                                   {"statistics_sb_cnt-0-0", "1"},
                                   {"statistics_heal_failed_cnt-0-0", "2"},
                                   {"statistics_strt_time-0-0", "Sun"},
                                   {"statistics_end_time-0-0", "Mon"},
                                   {"statistics_inprogress-0-0", "0"},
                                   {"statistics_crawl_type-0-1", "FULL"},
                                   {"statistics_strt_time-0-1", "Tue"},
                                   {"statistics_inprogress-0-1", "1"}}) {
    answer.values.set_text(key, value);
  }
  session.answers = {answer};
  EXPECT_EQ(heal({"v", "statistics"}), 0);
  EXPECT_EQ(console.said,
            "Gathering crawl statistics on volume v has been successful \n"
            "------------------------------------------------\n\nCrawl statistics for brick no 0\n"
            "Hostname of brick h1\n\nStarting time of crawl: Sun\n\nEnding time of crawl: Mon\n\nType of crawl: INDEX\n"
            "No. of entries healed: 3\nNo. of entries in split-brain: 1\nNo. of heal failed entries: 2\n"
            "\nStarting time of crawl: Tue\n\nCrawl is in progress\n\nType of crawl: FULL\n"
            "No. of entries healed: 0\nNo. of entries in split-brain: 0\nNo. of heal failed entries: 0\n");
}

TEST_F(HealTest, CallsTheHelper) {
  EXPECT_EQ(helper_words({"v", "info"}), Words{});
  EXPECT_EQ(helper_words({"v", "info", "summary"}), Words{"info-summary"});
  EXPECT_EQ(helper_words({"v", "info", "split-brain"}), Words{"split-brain-info"});
  EXPECT_EQ(helper_words({"v", "split-brain", "bigger-file", "/f"}), (Words{"bigger-file", "/f"}));
  EXPECT_EQ(helper_words({"v", "split-brain", "latest-mtime", "/f"}), (Words{"latest-mtime", "/f"}));
  EXPECT_EQ(helper_words({"v", "split-brain", "source-brick", "h:/b"}), (Words{"source-brick", "h:/b"}));
  EXPECT_EQ(helper_words({"v", "split-brain", "source-brick", "h:/b", "/f"}), (Words{"source-brick", "h:/b", "/f"}));
  EXPECT_TRUE(session.requests.empty());
}

TEST_F(HealTest, TheHelpersStatusIsTheCommands) {
  programs.programs.exit.status = 251;
  EXPECT_EQ(heal({"v", "info"}), 251);
  EXPECT_EQ(console.said, "Volume heal failed.\n");
  settings.xml = true;
  EXPECT_EQ(heal({"v", "info"}), 251);
  EXPECT_EQ(programs.programs.started.back(), "xml");
  EXPECT_EQ(console.said, "Volume heal failed.\n");
  programs.programs.missing = true;
  EXPECT_EQ(heal({"v", "info"}), 1);
  EXPECT_EQ(console.complained, "/sbin/glfsheal cannot be run: No such file or directory\n");
}

TEST_F(HealTest, SwitchesGranularHealOnceNothingWaits) {
  programs.programs.exit.status = 1;
  EXPECT_EQ(heal({"v", "granular-entry-heal", "enable"}), 1);
  EXPECT_TRUE(session.requests.empty());
  programs.programs.exit.status = 0;
  session.answers = {Answer{}};
  EXPECT_EQ(heal({"v", "granular-entry-heal", "enable"}), 0);
  EXPECT_EQ(programs.programs.started[2], "granular-entry-heal-op");
  EXPECT_EQ(session.requests[0].second.number("heal-op"), 15);
}

TEST_F(HealTest, SwitchesGranularHealOffAtAnyTime) {
  session.answers = {Answer{}};
  EXPECT_EQ(heal({"v", "granular-entry-heal", "disable"}), 0);
  EXPECT_TRUE(programs.programs.started.empty());
  EXPECT_EQ(session.requests.size(), 1U);
}

TEST_F(HealTest, RefusesOtherWords) {
  for (const Words& words : std::vector<Words>{{},
                                               {"v", "foo"},
                                               {"v", "info", "foo"},
                                               {"v", "split-brain", "bigger-file"},
                                               {"v", "split-brain", "source-brick", "nobrick"},
                                               {"v", "statistics", "heal-count", "replica", "nobrick"},
                                               {"v", "granular-entry-heal", "maybe"}}) {
    console.complained.clear();
    EXPECT_EQ(heal(words), 1);
    EXPECT_TRUE(console.complained.starts_with("\nUsage:\nvolume heal <VOLNAME> [enable | disable"));
  }
}

}  // namespace
}  // namespace mortar::command
