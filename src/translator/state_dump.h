// What a process knows, written into a file for people and scripts who ask for it with SIGUSR1: sections "[name]",
// lines "key=value", between DUMP-START-TIME and DUMP-END-TIME, in the names that scripts search for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/world.h"
#include "translator/graph.h"

namespace mortar {

// One section for each translator of the graph: "[xlator.protocol.client.photos-client-0.priv]"; one more for each that
// keeps what it did.
void dump_graph(const Graph& graph, std::string& out);
// Those of one translator, with their headers. Empty where it keeps no history.
std::string private_section(const Graph& graph, const Translator& translator);
std::string history_section(const Graph& graph, const Translator& translator);
// For readers in ".meta", where a line is "key = value".
std::string with_blanks(std::string_view sections);

// Which parts of its state a process is to write. Sections that belong to none are always written.
struct DumpParts {
  bool memory = false, calls = false, state = false, inodes = false, descriptors = false;

  static DumpParts all() { return {true, true, true, true, true}; }
  bool none() const { return !(memory || calls || state || inodes || descriptors); }
};
struct DumpOptions {
  DumpParts parts;
  std::string directory;  // empty: where the process writes anyway
};
// The words of an options file: "mem=yes callpool=yes path=/tmp". Where none asks for a part, memory and calls are.
DumpOptions parse_dump_options(std::string_view text);
std::string choose_sections(std::string_view sections, const DumpParts& parts);

struct StateDump {
  std::string directory;
  std::string name;
  std::string sections;
  // Where glusterdump.options, or else glusterdump.PID.options may say which parts are wanted. The latter is for one
  // dump: it is removed once that is written, by which whoever asked sees that it is.
  std::vector<std::string> option_directories;
};
// Writes DIRECTORY/NAME.PID.dump.SECONDS and answers its path.
Task<std::string> write_state_dump(World& world, StateDump dump);

}  // namespace mortar
