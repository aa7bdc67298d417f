// gluster: the command line of a pool.
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "command/commands.h"
#include "command/glusterd_session.h"
#include "runtime/real_world.h"

namespace mortar::command {
namespace {

class Terminal : public Console {
 public:
  void out(std::string_view line) override { std::cout << line << '\n'; }
  void error(std::string_view line) override {
    std::cout.flush();
    std::cerr << line << '\n';
  }
  void out_part(std::string_view text) override { std::cout << text; }
  bool confirmed(std::string_view question) override {
    while (true) {
      std::cout << question << " (y/n) " << std::flush;
      std::string answer;
      if (!std::getline(std::cin, answer)) return false;
      for (char& letter : answer) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
      if (answer == "y" || answer == "yes") return true;
      if (answer == "n" || answer == "no") return false;
    }
  }
};

std::vector<std::string> split(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Lines of the standard input, each a command, until it ends or says so.
Task<int> prompt(World& world, const Settings& settings, Console& console, Session& session) {
  std::cerr << "Welcome to gluster prompt, type 'help' to see the available commands.\n";
  const bool shows_prompt = isatty(STDIN_FILENO) != 0;
  int status = 0;
  while (true) {
    if (shows_prompt) std::cout << "gluster> " << std::flush;
    std::string line;
    if (!std::getline(std::cin, line)) break;
    std::vector<std::string> words = split(line);
    if (words.empty()) continue;
    if (words[0] == "quit" || words[0] == "exit") break;
    status = co_await tried(run_command(world, settings, console, session, std::move(words)));
  }
  co_return status;
}

Task<> work(World& world, const Settings& settings, Console& console, int& status) {
  GlusterdSession session(world, settings);
  Task<int> doing = settings.words.empty() ? prompt(world, settings, console, session)
                                           : run_command(world, settings, console, session, settings.words);
  status = co_await tried(std::move(doing));
  co_return done;
}

int run(const std::vector<std::string>& arguments) {
  Terminal terminal;
  const Places places{MORTAR_LOG_DIR, std::string(MORTAR_RUN_DIR) + "/gluster",
                      std::string(MORTAR_RUN_DIR) + "/glusterd.socket"};
  Parsed parsed = parse_arguments(arguments, places, terminal);
  if (parsed.exit_status) return *parsed.exit_status;
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({.io_uring = false, .workers = 1});
  if (!world) {
    terminal.error("gluster: " + world.error().sentence());
    return 1;
  }
  int status = 1;
  Result<Done> ended = (*world)->run(work(**world, parsed.settings, terminal, status));
  return ended ? status : 1;
}

}  // namespace
}  // namespace mortar::command

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  const int status = mortar::command::run({arguments + 1, arguments + count});
  std::cout.flush();
  return status;
}
