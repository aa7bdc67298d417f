// The options of the gluster command. Every argument that begins with "--" is one, wherever it stands; "--" alone ends
// them. The rest are the command's words.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "command/console.h"

namespace mortar::command {

struct Settings {
  bool script = false;           // every question is answered yes
  bool xml = false;              // answers are XML, and no question is asked
  bool ignore_warnings = false;  // --wignore: as if "force" stood at the end of create and add-brick
  bool ignore_partition = false;
  bool inet6 = false;
  std::string remote_host;  // empty: the local daemon's socket
  std::string socket;
  std::string heal_program;  // see heal_call.h
  std::chrono::seconds timeout{120};
  std::vector<std::string> words;

  // No question is asked where nobody could answer it.
  bool asks() const { return !script && !xml; }
};

// What the program is told about the machine it runs on.
struct Places {
  std::string log_directory;         // --print-logdir
  std::string state_dump_directory;  // --print-statedumpdir
  std::string socket;                // of the daemon
  std::string programs;              // where this program and its helpers lie
};

struct Parsed {
  Settings settings;
  std::optional<int> exit_status;  // set: everything is said, leave with this
};

Parsed parse_arguments(const std::vector<std::string>& arguments, const Places& places, Console& console);

// The text that follows an unknown word or option.
std::string usage_text();
// `gluster help`.
std::string help_text();

}  // namespace mortar::command
