#include "translator/state_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/moment_text.h"

namespace mortar {

namespace {

constexpr std::size_t longest_options = 64 << 10;

bool* part_of(DumpParts& parts, std::string_view key) {
  if (key == "mem") return &parts.memory;
  if (key == "callpool") return &parts.calls;
  if (key == "priv") return &parts.state;
  if (key == "inode") return &parts.inodes;
  if (key == "fd") return &parts.descriptors;
  return nullptr;
}

bool is_wanted(std::string_view header, const DumpParts& parts) {
  if (header == "[mallinfo]") return parts.memory;
  if (header.starts_with("[global.callpool")) return parts.calls;
  if (header.ends_with(".fdtable]")) return parts.descriptors;
  if (header.starts_with("[conn.") || header.ends_with(".itable]") || header.ends_with(".inode]")) return parts.inodes;
  const bool is_private = header.ends_with(".priv]") || header.starts_with("[cluster/");
  return !is_private || parts.state;
}

std::string dotted(std::string type) {
  std::ranges::replace(type, '/', '.');
  return type;
}

// Scripts know these by other headers than the rest.
std::string header_of(const std::string& type, const std::string& name) {
  if (type == "cluster/replicate") return fmt::format("[{}.{}]\n", type, name);
  if (type == "cluster/distribute") return fmt::format("[xlator.cluster.dht.{}.priv]\n", name);
  return fmt::format("[xlator.{}.{}.priv]\n", dotted(type), name);
}

struct OptionsFile {
  std::string text;
  std::string for_one_dump;  // its path, where it is that
};

std::optional<OptionsFile> find_options(FileSystem& files, const std::vector<std::string>& directories, int pid) {
  for (const std::string& directory : directories) {
    if (auto text = files.read_file(directory + "/glusterdump.options", longest_options)) return OptionsFile{*text, {}};
    const std::string own = fmt::format("{}/glusterdump.{}.options", directory, pid);
    if (auto text = files.read_file(own, longest_options)) return OptionsFile{*text, own};
  }
  return std::nullopt;
}

Result<std::string> write_now(FileSystem& files, const StateDump& dump, Moment now, int pid) {
  const std::optional<OptionsFile> file = find_options(files, dump.option_directories, pid);
  const DumpOptions options = file ? parse_dump_options(file->text) : DumpOptions{DumpParts::all(), {}};
  const std::string& directory = options.directory.empty() ? dump.directory : options.directory;
  const std::string path = fmt::format("{}/{}.{}.dump.{}", directory, dump.name, pid, now.seconds);
  const std::string text = fmt::format("DUMP-START-TIME: {0}\n{1}\nDUMP-END-TIME: {0}\n", fine_text_of(now),
                                       choose_sections(dump.sections, options.parts));
  Result<Done> written = files.make_directories(directory);
  if (written) written = files.write_file(path, text);
  if (file && !file->for_one_dump.empty()) {
    const Result<Done> removed = files.remove_tree(file->for_one_dump);
    if (written && !removed) written = removed;
  }
  if (!written) return failed(written.error().number(), path + ": " + written.error().sentence());
  return path;
}

}  // namespace

std::string private_section(const Graph& graph, const Translator& translator) {
  std::string text = header_of(graph.volfile().find(translator.name())->type, translator.name());
  translator.dump_state(text);
  return text;
}

std::string history_section(const Graph& graph, const Translator& translator) {
  std::string lines;
  translator.dump_history(lines);
  if (lines.empty()) return lines;
  return fmt::format("[xlator.{}.history]\n{}", dotted(graph.volfile().find(translator.name())->type), lines);
}

void dump_graph(const Graph& graph, std::string& out) {
  for (const auto& translator : graph.translators()) {
    out += '\n' + private_section(graph, *translator);
    const std::string history = history_section(graph, *translator);
    if (!history.empty()) out += '\n' + history;
  }
}

std::string with_blanks(std::string_view sections) {
  std::string text;
  while (!sections.empty()) {
    const std::string_view line = sections.substr(0, sections.find('\n'));
    sections.remove_prefix(std::min(line.size() + 1, sections.size()));
    const std::size_t sign = line.starts_with('[') ? line.npos : line.find('=');
    if (sign == line.npos) {
      text += line;
    } else {
      text += fmt::format("{} = {}", line.substr(0, sign), line.substr(sign + 1));
    }
    if (!line.empty()) text += '\n';
  }
  return text;
}

DumpOptions parse_dump_options(std::string_view text) {
  DumpOptions options;
  constexpr std::string_view blanks = " \t\r\n";
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const std::size_t sign = word.find('=');
    if (sign == std::string_view::npos) continue;
    const std::string_view key = word.substr(0, sign), value = word.substr(sign + 1);
    if (key == "path" && value.starts_with('/')) options.directory = value;
    if (key == "all") options.parts = DumpParts::all();
    if (bool* part = part_of(options.parts, key)) *part = value.starts_with("yes");
  }
  if (options.parts.none()) options.parts.memory = options.parts.calls = true;
  return options;
}

std::string choose_sections(std::string_view sections, const DumpParts& parts) {
  std::string chosen;
  bool wanted = true;
  while (!sections.empty()) {
    const std::size_t end = std::min(sections.find('\n'), sections.size());
    const std::string_view line = sections.substr(0, end);
    sections.remove_prefix(std::min(end + 1, sections.size()));
    if (line.starts_with('[')) {
      wanted = is_wanted(line, parts);
      if (wanted) chosen += '\n';
    }
    if (wanted && !line.empty()) chosen += fmt::format("{}\n", line);
  }
  return chosen;
}

Task<std::string> write_state_dump(World& world, StateDump dump) {
  const Moment now = world.wall_clock();
  const int pid = world.processes().own_pid();
  using Written = Result<std::string>;
  Written written = co_await tried(world.off_loop([&files = world.files(), dump = std::move(dump), now,
                                                   pid]() -> Written { return write_now(files, dump, now, pid); }));
  co_return written;
}

}  // namespace mortar
