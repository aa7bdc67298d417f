// volume profile, volume top, volume statedump, and what bricks tell in volume status: words, texts, XML.
#include <gtest/gtest.h>

#include <map>

#include "command/command_test_support.h"
#include "wire/messages/commands.h"

namespace mortar::command {
namespace {

using testing::CommandTest;
using Values = std::map<std::string, std::string>;

Answer answer_of(const Values& values) {
  Answer answer;
  for (const auto& [key, value] : values) answer.values.set_text(key, value);
  return answer;
}

class StatisticsTest : public CommandTest {
 protected:
  // What the command says of an answer.
  std::string said_of(std::vector<std::string> words, const Values& values) {
    console.said.clear();
    console.complained.clear();
    session.answers = {answer_of(values)};
    EXPECT_EQ(run(std::move(words)), 0);
    return console.said;
  }
  std::string complaint_about(std::vector<std::string> words) {
    console.said.clear();
    console.complained.clear();
    EXPECT_EQ(run(std::move(words)), 1);
    EXPECT_TRUE(session.requests.empty());
    return console.complained;
  }
  const Dictionary& asked() const { return session.requests.back().second; }
};

const Values profile{{"op", "3"},
                     {"volname", "v"},
                     {"info-op", "1"},
                     {"count", "1"},
                     {"1-brick", "h:/b"},
                     {"1-cumulative", "-1"},
                     {"1--1-duration", "583"},
                     {"1--1-total-read", "26"},
                     {"1--1-total-write", "12583083"},
                     {"1--1-read-2", "9"},
                     {"1--1-write-2", "60"},
                     {"1--1-write-65536", "22"},
                     {"1--1-write-131072", "85"},
                     {"1--1-write-1048576", "1"},
                     {"1--1-42-hits", "82"},
                     {"1--1-27-hits", "3"},
                     {"1--1-27-avglatency", "423164.850000"},
                     {"1--1-27-minlatency", "31540.000000"},
                     {"1--1-27-maxlatency", "4995193.000000"},
                     {"1--1-30-hits", "2"},
                     {"1--1-30-avglatency", "39895.500000"},
                     {"1--1-30-minlatency", "29806.000000"},
                     {"1--1-30-maxlatency", "49985.000000"},
                     {"1--1-3-upcall-hits", "4"},
                     {"1-interval", "2"},
                     {"1-2-duration", "3"},
                     {"1-2-total-read", "0"},
                     {"1-2-total-write", "0"}};

TEST_F(StatisticsTest, AProfileReadsAsStocks) {
  EXPECT_EQ(said_of({"volume", "profile", "v", "info"}, profile),
            "Brick: h:/b\n"
            "-----------\n"
            "Cumulative Stats:\n"
            "   Block Size:                  2b+               65536b+              131072b+ \n"
            " No. of Reads:                    9                     0                     0 \n"
            "No. of Writes:                   60                    22                    85 \n"
            " \n"
            "   Block Size:            1048576b+ \n"
            " No. of Reads:                    0 \n"
            "No. of Writes:                    1 \n"
            " %-latency   Avg-latency   Min-Latency   Max-Latency   No. of calls         Fop\n"
            " ---------   -----------   -----------   -----------   ------------        ----\n"
            "      0.00       0.00 ns       0.00 ns       0.00 ns             82     RELEASE\n"
            "      5.91   39895.50 ns   29806.00 ns   49985.00 ns              2    FINODELK\n"
            "     94.09  423164.85 ns   31540.00 ns 4995193.00 ns              3      LOOKUP\n"
            "      0.00       0.00 us       0.00 us       0.00 us              4    CI_XATTR\n"
            " \n"
            "    Duration: 583 seconds\n"
            "   Data Read: 26 bytes\n"
            "Data Written: 12583083 bytes\n"
            " \n"
            "Interval 2 Stats:\n"
            " \n"
            "    Duration: 3 seconds\n"
            "   Data Read: 0 bytes\n"
            "Data Written: 0 bytes\n"
            " \n");
  EXPECT_EQ(asked().number("op"), 3);
  EXPECT_EQ(asked().number("info-op"), 1);
  EXPECT_EQ(asked().number("peek"), 0);
}

TEST_F(StatisticsTest, AProfileInXmlNamesOperationsThatWereTimed) {
  settings.xml = true;
  const std::string said = said_of({"volume", "profile", "v", "info"}, profile);
  EXPECT_TRUE(
      said.contains("  <volProfile>\n    <volname>v</volname>\n    <profileOp>3</profileOp>\n"
                    "    <brickCount>1</brickCount>\n    <brick>\n      <brickName>h:/b</brickName>\n"
                    "      <cumulativeStats>\n        <blockStats>\n          <block>\n"
                    "            <size>1</size>\n            <reads>0</reads>\n"
                    "            <writes>0</writes>\n          </block>\n"))
      << said;
  EXPECT_TRUE(said.contains("<size>2147483648</size>"));
  EXPECT_TRUE(
      said.contains("          <fop>\n            <name>FINODELK</name>\n            <hits>2</hits>\n"
                    "            <avgLatency>39895.500000</avgLatency>\n"
                    "            <minLatency>29806.000000</minLatency>\n"
                    "            <maxLatency>49985.000000</maxLatency>\n          </fop>\n"))
      << said;
  EXPECT_LT(said.find("LOOKUP"), said.find("FINODELK"));
  EXPECT_FALSE(said.contains("RELEASE"));
  EXPECT_TRUE(said.contains("<name>CI_XATTR</name>"));
  EXPECT_TRUE(
      said.contains("        <duration>583</duration>\n        <totalRead>26</totalRead>\n"
                    "        <totalWrite>12583083</totalWrite>\n      </cumulativeStats>\n"
                    "      <intervalStats>\n"));
}

TEST_F(StatisticsTest, WordsOfProfile) {
  const std::map<std::vector<std::string>, std::pair<int, int>> cases{
      {{"info", "peek"}, {1, 1}},       {{"info", "incremental"}, {2, 0}}, {{"info", "incremental", "peek"}, {2, 1}},
      {{"info", "cumulative"}, {3, 0}}, {{"info", "clear"}, {4, 0}},       {{"info", "nonsense"}, {1, 0}},
      {{"inf", "cumulative"}, {3, 0}}};
  for (const auto& [words, expected] : cases) {
    std::vector<std::string> line{"volume", "profile", "v"};
    line.insert(line.end(), words.begin(), words.end());
    said_of(line, {{"op", "3"}, {"count", "0"}});
    EXPECT_EQ(asked().number("info-op"), expected.first);
    EXPECT_EQ(asked().number("peek"), expected.second);
    EXPECT_EQ(console.complained, "All bricks of volume v are down.\n");
  }
  EXPECT_EQ(said_of({"volume", "profile", "v", "start"}, {{"op", "1"}}),
            "Starting volume profile on v has been successful \n");
  EXPECT_EQ(said_of({"volume", "profile", "v", "stop"}, {{"op", "2"}}),
            "Stopping volume profile on v has been successful \n");
  session.answers = {Answer{-1, 30800, "Profile on Volume v is not started", {}}};
  EXPECT_EQ(run({"volume", "profile", "v", "info"}), 1);
  session.requests.clear();
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"volume", "profile"},
                                             {"volume", "profile", "v"},
                                             {"volume", "profile", "v", "st"},
                                             {"volume", "profile", "v", "start", "x", "y"}}) {
    EXPECT_TRUE(complaint_about(words).starts_with("\nUsage:\nvolume profile <VOLNAME> {start|info "));
  }
}

TEST_F(StatisticsTest, ClearedProfiles) {
  const Values cleared{{"op", "3"},    {"volname", "v"},    {"info-op", "4"},
                       {"count", "1"}, {"1-brick", "h:/b"}, {"1-stats-cleared", "1"}};
  EXPECT_EQ(said_of({"volume", "profile", "v", "info", "clear"}, cleared),
            "Brick: h:/b\n-----------\nCleared stats.\n");
  settings.xml = true;
  EXPECT_TRUE(said_of({"volume", "profile", "v", "info", "clear"}, cleared)
                  .contains("      <brickName>h:/b</brickName>\n      <clearStats>Cleared stats.</clearStats>\n"));
}

TEST_F(StatisticsTest, OpenFilesReadAsStocks) {
  const Values values{{"op", "4"},
                      {"count", "2"},
                      {"1-brick", "h:/a"},
                      {"1-top-op", "1"},
                      {"1-members", "2"},
                      {"1-max-open", "3"},
                      {"1-current-open", "1"},
                      {"1-max-openfd-time", "N/A"},
                      {"1-filename-1", "/x"},
                      {"1-value-1", "7"},
                      {"1-filename-2", "/y"},
                      {"1-value-2", "1"},
                      {"2-brick", "h:/b"},
                      {"2-top-op", "1"},
                      {"2-members", "0"},
                      {"2-current-open", "0"},
                      {"2-max-open", "0"},
                      {"2-max-openfd-time", "N/A"}};
  EXPECT_EQ(said_of({"volume", "top", "v", "open", "list-cnt", "5"}, values),
            "Brick: h:/a\nCurrent open fds: 1, Max open fds: 3, Max openfd time: N/A\n"
            "Count\t\tfilename\n=======================\n7\t\t/x\n1\t\t/y\n"
            "Brick: h:/b\nCurrent open fds: 0, Max open fds: 0, Max openfd time: N/A\n");
  EXPECT_EQ(asked().number("op"), 4);
  EXPECT_EQ(asked().number("top-op"), 1);
  EXPECT_EQ(asked().number("list-cnt"), 5);
  settings.xml = true;
  EXPECT_TRUE(said_of({"volume", "top", "v", "open"}, values)
                  .contains("  <volTop>\n    <brickCount>2</brickCount>\n    <topOp>1</topOp>\n    <brick>\n"
                            "      <name>h:/a</name>\n      <members>2</members>\n"
                            "      <currentOpen>1</currentOpen>\n      <maxOpen>3</maxOpen>\n"
                            "      <maxOpenTime>N/A</maxOpenTime>\n      <file>\n        <filename>/x</filename>\n"
                            "        <count>7</count>\n      </file>\n"))
      << console.said;
  EXPECT_EQ(asked().number("list-cnt"), 100);
}

TEST_F(StatisticsTest, SpeedsReadAsStocks) {
  const std::string long_name = "/" + std::string(60, 'n');
  const Values values{{"op", "4"},
                      {"count", "1"},
                      {"1-brick", "h:/b"},
                      {"1-top-op", "6"},
                      {"1-throughput", "1256.440000"},
                      {"1-time", "289.000000"},
                      {"1-members", "2"},
                      {"1-filename-1", "/d1/f22"},
                      {"1-value-1", "12"},
                      {"1-time-sec-1", "1795379950"},
                      {"1-time-usec-1", "147"},
                      {"1-filename-2", long_name},
                      {"1-value-2", "0"},
                      {"1-time-sec-2", "1795379949"},
                      {"1-time-usec-2", "997484"}};
  EXPECT_EQ(said_of({"volume", "top", "v", "read-perf", "bs", "4096", "count", "100", "brick", "h:/b/"}, values),
            "Brick: h:/b\nThroughput 1256.44 MBps time 0.0003 secs\n"
            "MBps Filename                                        Time                      \n"
            "==== ========                                        ====                      \n"
            "  12 /d1/f22                                         2026-11-22 20:39:10 +0000.147\n"
            "   0 ..." +
                std::string(44, 'n') + " 2026-11-22 20:39:09 +0000.997484\n");
  EXPECT_EQ(asked().number("blk-size"), 4096);
  EXPECT_EQ(asked().number("blk-cnt"), 100);
  EXPECT_EQ(asked().text("brick"), "h:/b");
  settings.xml = true;
  EXPECT_TRUE(said_of({"volume", "top", "v", "read-perf"}, values)
                  .contains("      <members>2</members>\n      <throughput>1256.440000</throughput>\n"
                            "      <timeTaken>289.000000</timeTaken>\n      <file>\n"
                            "        <filename>/d1/f22</filename>\n        <count>12</count>\n"
                            "        <time>2026-11-22 20:39:10.000147 +0000</time>\n      </file>\n"))
      << console.said;
}

TEST_F(StatisticsTest, TopIsClearedAndMayHaveNothingToShow) {
  EXPECT_EQ(said_of({"volume", "top", "v", "clear"}, {{"op", "4"},
                                                      {"count", "1"},
                                                      {"clear-stats", "1"},
                                                      {"1-brick", "h:/b"},
                                                      {"1-top-op", "0"},
                                                      {"1-stats-cleared", "1"}}),
            "Cleared stats for brick h:/b\n");
  EXPECT_EQ(asked().number("clear-stats"), 1);
  session.answers = {answer_of({{"op", "4"}, {"count", "0"}})};
  EXPECT_EQ(run({"volume", "top", "v", "read"}), 2);
  session.answers = {Answer{-1, 30800, "Volume v is not started.", {}}};
  EXPECT_EQ(run({"volume", "top", "v", "read"}), 1);
  EXPECT_TRUE(console.complained.ends_with("Volume v is not started.\nvolume top unsuccessful\n"));
}

TEST_F(StatisticsTest, TopRefusesBeforeAsking) {
  const std::map<std::vector<std::string>, std::string> cases{
      {{}, ""},
      {{"foo"}, ""},
      {{"open", "list-cnt"}, ""},
      {{"open", "bs", "4096", "count", "1"}, ""},
      {{"open", "nonsense", "1"}, ""},
      {{"open", "brick", "nocolon"}, "wrong brick type: nocolon, use <HOSTNAME>:<export-dir-abs-path>\n"},
      {{"open", "list-cnt", "101"}, "list-cnt should be between 0 to 100\n"},
      {{"open", "list-cnt", "-1"}, "list-cnt should be between 0 to 100\n"},
      {{"read-perf", "bs", "4096"}, "Need to give both 'bs' and 'count'\n"},
      {{"read-perf", "bs", "0", "count", "1"}, "block size should be an integer greater than zero\n"},
      {{"write-perf", "bs", "1", "count", "x"}, "count should be an integer greater than zero\n"},
      {{"write-perf", "bs", "1048576", "count", "20000"},
       "'bs * count' value 20971520000 is greater than maximum allowed value of 10GB\n"}};
  for (const auto& [arguments, sentence] : cases) {
    std::vector<std::string> words{"volume", "top", "v"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    EXPECT_TRUE(complaint_about(words).starts_with(sentence + "\nUsage:\nvolume top <VOLNAME> {open|read|"))
        << console.complained;
  }
}

TEST_F(StatisticsTest, LocksAreCleared) {
  EXPECT_EQ(said_of({"volume", "clear-locks", "v", "/f", "kind", "all", "posix", "0,7-1"},
                    {{"lk-summary", "h:/b/: posix blocked locks=0 granted locks=1"}}),
            "Volume clear-locks successful\nh:/b/: posix blocked locks=0 granted locks=1\n");
  EXPECT_EQ(asked().text("path"), "/f");
  EXPECT_EQ(asked().text("kind"), "all");
  EXPECT_EQ(asked().text("type"), "posix");
  EXPECT_EQ(asked().text("opts"), "0,7-1");
  session.answers = {Answer{-1, 22, "Volume v is not started", {}}};
  EXPECT_EQ(run({"volume", "clear-locks", "v", "/f", "kind", "blocked", "inode"}), 1);
  EXPECT_TRUE(console.complained.ends_with("Volume clear-locks unsuccessful\nVolume v is not started\n"));
  session.requests.clear();
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"/f", "kind", "some", "inode"}, {"/f", "kind", "all", "file"},
                                             {"/f", "sort", "all", "inode"}, {"/f", "kind", "all"}}) {
    std::vector<std::string> whole{"volume", "clear-locks", "v"};
    whole.insert(whole.end(), words.begin(), words.end());
    EXPECT_NE(run(whole), 0);
  }
  EXPECT_TRUE(session.requests.empty());
}

TEST_F(StatisticsTest, StateDumps) {
  EXPECT_EQ(said_of({"volume", "statedump", "v"}, {}), "volume statedump: success\n");
  EXPECT_EQ(asked().text("options"), "");
  EXPECT_EQ(asked().number("option_cnt"), 0);
  said_of({"volume", "statedump", "v", "hist", "call"}, {});
  EXPECT_EQ(asked().text("options"), "history callpool ");
  said_of({"volume", "statedump", "v", "mem", "priv"}, {});
  EXPECT_EQ(asked().text("options"), "mem priv ");
  said_of({"volume", "statedump", "v", "client", "10.77.0.254:765"}, {});
  EXPECT_EQ(asked().text("options"), "client 10.77.0.254 765");
  EXPECT_EQ(asked().number("option_cnt"), 3);
  settings.xml = true;
  EXPECT_TRUE(said_of({"volume", "statedump", "v"}, {})
                  .contains("  <opErrstr/>\n  <cliOp>volStatedump</cliOp>\n"
                            "  <output>Volume statedump successful</output>\n"));
  settings.xml = false;
  session.requests.clear();
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"foo"},
                                                                                     {"ino"},
                                                                                     {"nfs", "quotad"},
                                                                                     {"client"},
                                                                                     {"client", "1.2.3.4"},
                                                                                     {"client", "h:0"},
                                                                                     {"client", "h:-1"},
                                                                                     {"client", "h:"},
                                                                                     {"client", "h", "5"}}) {
    std::vector<std::string> line{"volume", "statedump", "v"};
    line.insert(line.end(), words.begin(), words.end());
    EXPECT_TRUE(complaint_about(line).starts_with("\nUsage:\nvolume statedump <VOLNAME> "));
    EXPECT_EQ(console.said, "Error parsing options\n");
  }
}

// A volume of two bricks, the second of which does not run.
Values status_of(std::string_view command, Values more) {
  Values values{{"volname", "v"},
                {"cmd", std::string(command)},
                {"count", "2"},
                {"type", "0"},
                {"brick-index-max", "1"},
                {"other-count", "0"},
                {"brick0.hostname", "h"},
                {"brick0.path", "/a"},
                {"brick0.status", "1"},
                {"brick0.port", "49152"},
                {"brick0.rdma_port", "0"},
                {"brick0.pid", "7"},
                {"brick1.hostname", "h"},
                {"brick1.path", "/b"},
                {"brick1.status", "0"},
                {"brick1.port", "0"},
                {"brick1.rdma_port", "0"},
                {"brick1.pid", "-1"}};
  for (const auto& [key, value] : more) values["brick0." + key] = value;
  return values;
}

const std::string rule = std::string(46, '-') + "\n";

TEST_F(StatisticsTest, MemoryReadsAsStocks) {
  Values memory;
  int number = 1;
  for (const char* name :
       {"arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"}) {
    memory[std::string("mallinfo.") + name] = std::to_string(number++);
  }
  EXPECT_EQ(said_of({"volume", "status", "v", "mem"}, status_of("257", memory)),
            "Memory status for volume : v\n" + rule +
                "Brick : h:/a\nMallinfo\n--------\nArena    : 1\nOrdblks  : 2\nSmblks   : 3\nHblks    : 4\n"
                "Hblkhd   : 5\nUsmblks  : 6\nFsmblks  : 7\nUordblks : 8\nFordblks : 9\nKeepcost : 10\n \n" +
                rule + "Brick : h:/b\nBrick is offline\n" + rule + "\n");
  settings.xml = true;
  EXPECT_TRUE(said_of({"volume", "status", "v", "mem"}, status_of("257", memory))
                  .contains("              <keepcost>10</keepcost>\n            </mallinfo>\n"
                            "            <mempool/>\n          </memStatus>\n"))
      << console.said;
}

TEST_F(StatisticsTest, InodesReadAsStocks) {
  const Values values = status_of("260", {{"conncount", "1"},
                                          {"conn0.itable.lru_limit", "16384"},
                                          {"conn0.itable.active_size", "2"},
                                          {"conn0.itable.lru_size", "42"},
                                          {"conn0.itable.purge_size", "0"}});
  EXPECT_EQ(said_of({"volume", "status", "v", "inode"}, values),
            "Inode tables for volume v\n" + rule +
                "Brick : h:/a\nLRU limit     : 16384\nActive Inodes : 2\nLRU Inodes    : 42\nPurge Inodes  : 0\n"
                " \n" +
                rule + "Brick : h:/b\nBrick is offline\n" + rule);
  settings.xml = true;
  EXPECT_TRUE(said_of({"volume", "status", "v", "inode"}, values)
                  .contains("          <inodeStatus>\n            <connections>1</connections>\n"
                            "            <connection>\n              <activeSize>2</activeSize>\n"
                            "              <lruSize>42</lruSize>\n              <purgeSize>0</purgeSize>\n"
                            "            </connection>\n          </inodeStatus>\n"))
      << console.said;
}

TEST_F(StatisticsTest, OpenFilesOfClientsReadAsStocks) {
  const Values values = status_of("264", {{"conncount", "2"},
                                          {"conn0.fdtable.refcount", "1"},
                                          {"conn0.fdtable.maxfds", "4"},
                                          {"conn0.fdtable.firstfree", "1"},
                                          {"conn0.fdtable.openfds", "1"},
                                          {"conn0.fdtable.fdentry2.pid", "99"},
                                          {"conn0.fdtable.fdentry2.refcount", "3"},
                                          {"conn0.fdtable.fdentry2.flags", "32768"},
                                          {"conn1.fdtable.refcount", "1"},
                                          {"conn1.fdtable.maxfds", "0"},
                                          {"conn1.fdtable.firstfree", "0"},
                                          {"conn1.fdtable.openfds", "0"}});
  EXPECT_EQ(said_of({"volume", "status", "v", "fd"}, values),
            "FD tables for volume v\n" + rule +
                "Brick : h:/a\nConnection 1:\nRefCount = 1  MaxFDs = 4  FirstFree = 1\n"
                "FD Entry            PID                 RefCount            Flags              \n"
                "--------            ---                 --------            -----              \n"
                "2                   99                  3                   32768              \n \n"
                "Connection 2:\nRefCount = 1  MaxFDs = 0  FirstFree = 0\n \n" +
                rule + "Brick : h:/b\nBrick is offline\n" + rule);
  EXPECT_EQ(console.complained, "No open fds\n");
  settings.xml = true;
  EXPECT_TRUE(said_of({"volume", "status", "v", "fd"}, values)
                  .contains("                <openFds>1</openFds>\n                <fd>\n"
                            "                  <entry>3</entry>\n                  <pid>99</pid>\n"
                            "                  <refCount>3</refCount>\n                  <flags>32768</flags>\n"))
      << console.said;
}

TEST_F(StatisticsTest, CallsReadAsStocks) {
  Values stack{{"callpool.count", "1"},       {"callpool.stack0.uid", "1"},      {"callpool.stack0.gid", "2"},
               {"callpool.stack0.pid", "3"},  {"callpool.stack0.unique", "624"}, {"callpool.stack0.op", "LOOKUP"},
               {"callpool.stack0.count", "1"}};
  const std::string head = "Pending calls for volume v\n" + rule +
                           "Brick : h:/a\nPending calls: 1\nCall Stack1\n UID    : 1\n GID    : 2\n PID    : 3\n"
                           " Unique : 624\n Frames : 1\n Frame 1\n";
  const std::string tail = " \n" + rule + "Brick : h:/b\nBrick is offline\n" + rule;
  EXPECT_EQ(said_of({"volume", "status", "v", "callpool"}, status_of("272", stack)), head + tail);
  stack.insert({{"callpool.stack0.frame0.refcount", "1"},
                {"callpool.stack0.frame0.translator", "v-server"},
                {"callpool.stack0.frame0.complete", "0"},
                {"callpool.stack0.frame0.windto", "LOOKUP"}});
  EXPECT_EQ(said_of({"volume", "status", "v", "callpool"}, status_of("272", stack)),
            head + "  Ref Count   = 1\n  Translator  = v-server\n  Completed   = No\n  Wind To     = LOOKUP\n" + tail);
  settings.xml = true;
  EXPECT_TRUE(said_of({"volume", "status", "v", "callpool"}, status_of("272", stack))
                  .contains("              <frameCount>1</frameCount>\n              <callFrame>\n"
                            "                <refCount>1</refCount>\n"
                            "                <translator>v-server</translator>\n"
                            "                <complete>0</complete>\n                <windTo>LOOKUP</windTo>\n"))
      << console.said;
}

TEST_F(StatisticsTest, WordsOfStatus) {
  const std::map<std::vector<std::string>, int> cases{{{"v"}, 0x100},
                                                      {{"v", "det"}, 0x120},
                                                      {{"v", "mem"}, 0x101},
                                                      {{"v", "client-list"}, 0x180},
                                                      {{"v", "shd"}, 0x1000},
                                                      {{"v", "shd", "mem"}, 0x1001},
                                                      {{"v", "h:/b"}, 0x400},
                                                      {{"v", "h:/b", "fd"}, 0x408},
                                                      {{"v", "bitd", "mem"}, 0x401},
                                                      {{"v", "cl"}, 0x400}};
  for (const auto& [words, expected] : cases) {
    std::vector<std::string> line{"volume", "status"};
    line.insert(line.end(), words.begin(), words.end());
    session.answers = {Answer{-1, 30800, "Volume v is not started", {}}};
    EXPECT_EQ(run(line), 1);
    EXPECT_EQ(asked().number("cmd"), expected) << words.back();
  }
  session.requests.clear();
  EXPECT_TRUE(complaint_about({"volume", "status", "v", "nfs", "fd"})
                  .starts_with("Detail/FD/Tasks status not available for NFS Servers\n"));
  EXPECT_TRUE(complaint_about({"volume", "status", "v", "shd", "clients"})
                  .starts_with("Detail/FD/Clients/Tasks status not available for Self-heal Daemons\n"));
  EXPECT_TRUE(complaint_about({"volume", "status", "v", "h:/b", "tasks"})
                  .starts_with("Tasks status not available for bricks\n"));
  EXPECT_TRUE(complaint_about({"volume", "status", "all", "h:/b", "mem"})
                  .starts_with("Cannot specify brick/nfs for \"all\"\n"));
  EXPECT_TRUE(
      complaint_about({"volume", "status", "v", "h:/b", "foo"}).starts_with("foo is not a valid status option"));
}

}  // namespace
}  // namespace mortar::command
