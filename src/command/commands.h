// The commands: each is declared once, with the words that name it, the pattern and the sentence of its help, and the
// function that does it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "command/console.h"
#include "command/session.h"
#include "command/settings.h"
#include "runtime/world.h"

namespace mortar::command {

struct Command;

// One run of a command. The function answers with the exit status of the program.
struct Invocation {
  World& world;
  const Settings& settings;
  Console& console;
  Session& session;
  const Command& command;
  const std::vector<std::string>& words;  // as typed, abbreviations of the naming words written out

  // Prints the usage of the command; the exit status of a wrong use.
  int usage() const;
  // The whole command as text: what the daemon writes into its history.
  std::string text() const;
  // Whether the user agrees; nobody is asked in script and XML mode.
  bool agreed(std::string_view question) const;
  // A dictionary that carries the command's text and a volume's name.
  Dictionary request(std::string_view volume = {}) const;
  // A call whose failure to reach the daemon has been told to the user already; the error then ends the command.
  Task<Answer> call(std::uint32_t procedure, Dictionary request) const;
};

enum class Group { peer, volume, bitrot, quota, snapshot, global, system, hidden };

struct Command {
  std::vector<std::string_view> name;  // the words that name it
  std::string_view pattern;            // of what follows the name; the help prints both
  std::string_view description;
  Group group;
  Task<int> (*run)(const Invocation& invocation);

  std::string usage() const;
};

const std::vector<Command>& all_commands();

// Finds the command that the words name; words may be abbreviated as long as they are unique at their place. The words
// come back written out. Where none is meant, the error's sentence says so in stock's words.
struct Found {
  const Command* command;
  std::vector<std::string> words;
};
Result<Found> find_command(const std::vector<std::string>& words);

// `volume help` and its like.
std::string group_help(Group group);

// Runs one line of words; the exit status.
Task<int> run_command(World& world, const Settings& settings, Console& console, Session& session,
                      std::vector<std::string> words);

}  // namespace mortar::command
