#include "shell.h"

#include <editline/readline.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "command/completion.h"

namespace mortar::command {

namespace {

std::vector<std::string> split(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// For libedit: the words that may stand where `beginning` stands, first what all of them begin with.
char** complete(const char* beginning, int start, int) {
  rl_attempted_completion_over = 1;
  const std::vector<std::string> before = split(std::string(rl_line_buffer, static_cast<std::size_t>(start)));
  const std::vector<std::string> found = words_that_fit(before, beginning);
  if (found.empty()) return nullptr;
  std::string common = found.front();
  for (const std::string& word : found) {
    while (!word.starts_with(common)) common.pop_back();
  }
  auto** matches = static_cast<char**>(std::calloc(found.size() + 2, sizeof(char*)));
  if (matches == nullptr) return nullptr;
  matches[0] = strdup(common.c_str());
  for (std::size_t place = 0; place < found.size(); ++place) matches[place + 1] = strdup(found[place].c_str());
  return matches;
}

std::optional<std::string> edited_line() {
  const std::unique_ptr<char, decltype(&std::free)> line(readline("gluster> "), &std::free);
  if (line == nullptr) return std::nullopt;
  if (line.get()[0] != '\0') add_history(line.get());
  return line.get();
}

std::optional<std::string> plain_line() {
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

}  // namespace

Task<int> run_shell(World& world, Settings settings, Console& console, Session& session) {
  console.error("Welcome to gluster prompt, type 'help' to see the available commands.");
  const bool at_terminal = isatty(STDIN_FILENO) != 0;
  settings.script = settings.script || !at_terminal;
  rl_attempted_completion_function = complete;
  int status = 0;
  while (at_terminal || status == 0) {
    std::cout.flush();
    const std::optional<std::string> line = at_terminal ? edited_line() : plain_line();
    if (!line) break;
    std::vector<std::string> words = split(*line);
    if (words.empty()) continue;
    if (words[0] == "quit" || words[0] == "exit") break;
    status = co_await tried(run_command(world, settings, console, session, std::move(words)));
  }
  co_return status;
}

}  // namespace mortar::command
