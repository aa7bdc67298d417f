// The rules of the house, checked on the sources themselves: dependencies point one way, an await stands alone, files
// stay small, translators and management touch the system only through World.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>

#include "source_tree.h"

namespace mortar::house {
namespace {

const std::vector<SourceFile>& sources() {
  static const std::vector<SourceFile> files = read_sources(MORTAR_SOURCE_DIR, "src");
  return files;
}

// What each room may include, beside itself.
const std::map<std::string, std::set<std::string>> may_include{
    {"base", {}},
    {"runtime", {"base"}},
    {"pool", {"base", "runtime"}},
    {"simulation", {"base", "runtime", "pool"}},
    {"wire", {"base", "runtime"}},
    {"translator", {"base", "runtime", "wire"}},
    {"translators", {"base", "runtime", "wire", "translator"}},
    {"management", {"base", "runtime", "wire", "translator", "pool"}},
    {"api", {"base", "runtime", "wire", "translator", "translators"}},
    {"command", {"base", "runtime", "wire", "pool"}},
    {"programs", {"base", "runtime", "wire", "translator", "translators", "pool", "management", "command", "api"}},
};

TEST(House, EveryRoomIsKnown) {
  for (const SourceFile& file : sources()) EXPECT_TRUE(may_include.contains(file.room())) << file.path;
}

TEST(House, DependenciesPointOneWay) {
  const std::regex include(R"re(^\s*#include "([a-z_]+)/.*")re");
  for (const SourceFile& file : sources()) {
    auto allowed = may_include.find(file.room());
    if (allowed == may_include.end()) continue;
    for (std::size_t line = 0; line < file.lines.size(); ++line) {
      std::smatch match;
      if (!std::regex_search(file.lines[line], match, include)) continue;
      const std::string room = match[1];
      // A unit test may run its room on the simulator.
      const bool fine = room == file.room() || allowed->second.contains(room) ||
                        (file.is_test() && room == "simulation") || !may_include.contains(room);
      EXPECT_TRUE(fine) << file.path << ":" << line + 1 << " includes " << room;
    }
  }
}

// Headers that bring system calls. <fcntl.h>, <sys/stat.h> and the like are used for their constants.
const std::set<std::string> system_headers{
    "unistd.h",      "sys/socket.h", "sys/epoll.h",    "sys/mman.h", "netdb.h", "arpa/inet.h",        "netinet/in.h",
    "netinet/tcp.h", "sys/un.h",     "pthread.h",      "sys/wait.h", "spawn.h", "signal.h",           "csignal",
    "dirent.h",      "sys/xattr.h",  "liburing.h",     "thread",     "mutex",   "condition_variable", "fstream",
    "filesystem",    "random",       "sys/signalfd.h", "poll.h"};

TEST(House, OnlyTheRuntimeTouchesTheSystem) {
  const std::regex include(R"re(^\s*#include <([^>]+)>)re");
  const std::set<std::string> doors{"runtime", "programs", "api"};
  for (const SourceFile& file : sources()) {
    // The kernel's FUSE interface is reached through libfuse, which needs the descriptor of its device.
    if (doors.contains(file.room()) || file.is_test() || file.path.starts_with("src/translators/fuse/")) continue;
    for (std::size_t line = 0; line < file.lines.size(); ++line) {
      std::smatch match;
      if (!std::regex_search(file.lines[line], match, include)) continue;
      EXPECT_FALSE(system_headers.contains(match[1])) << file.path << ":" << line + 1 << " includes " << match[1];
    }
  }
}

// `co_await f(x);`, `x = co_await f(y);`, `T x = co_await ...;`, `auto [a, b] = co_await ...;`: nothing before it but a
// declaration or an assignment, nothing after the call but the end of the statement.
TEST(House, AnAwaitStandsAlone) {
  const std::regex alone(R"re(^\s*(co_await |[^()]*[^()=!<>]= ?co_await ))re");
  for (const SourceFile& file : sources()) {
    for (std::size_t line = 0; line < file.lines.size(); ++line) {
      const std::string code = code_of(file.lines[line]);
      const std::size_t place = code.find("co_await");
      if (place == std::string::npos || code.find("operator co_await") != std::string::npos) continue;
      // The name and the equals sign may stand on the line before.
      std::string before = line == 0 ? "" : code_of(file.lines[line - 1]);
      while (!before.empty() && before.back() == ' ') before.pop_back();
      const bool continued = code.find_first_not_of(' ') == place && before.ends_with("=");
      const bool once = code.find("co_await", place + 1) == std::string::npos;
      const bool in_condition =
          std::regex_search(code, std::regex(R"re(\b(if|while|for|switch|return|co_return)\b.*co_await)re"));
      EXPECT_TRUE(once && !in_condition && (continued || std::regex_search(code, alone)))
          << file.path << ":" << line + 1 << ": " << file.lines[line];
    }
  }
}

TEST(House, FilesStaySmall) {
  // A table of facts is as long as its facts.
  const std::set<std::string> tables{"src/pool/option_table.cpp"};
  for (const SourceFile& file : sources()) {
    if (tables.contains(file.path)) continue;
    EXPECT_LE(file.lines.size(), 700U) << file.path;
    for (std::size_t line = 0; line < file.lines.size(); ++line) {
      EXPECT_LE(file.lines[line].size(), 120U) << file.path << ":" << line + 1;
    }
  }
}

TEST(House, EveryHeaderSaysWhatItIsFor) {
  for (const SourceFile& file : sources()) {
    if (!file.path.ends_with(".h") || file.lines.empty()) continue;
    EXPECT_TRUE(file.lines.front().starts_with("//")) << file.path;
  }
}

TEST(House, NothingIsLeftOpen) {
  const std::regex open(R"re(\b(TODO|FIXME|XXX|HACK)\b)re");
  for (const SourceFile& file : sources()) {
    for (std::size_t line = 0; line < file.lines.size(); ++line) {
      EXPECT_FALSE(std::regex_search(file.lines[line], open)) << file.path << ":" << line + 1;
    }
  }
}

TEST(House, TheAwaitRuleSeesWhatItForbids) {
  EXPECT_EQ(code_of("int a = 1;  // co_await"), "int a = 1;  ");
  EXPECT_EQ(code_of("text = \"co_await\";"), "text = \"\";");
}

}  // namespace
}  // namespace mortar::house
