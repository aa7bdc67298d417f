#include "programs/command_line.h"

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "programs/version.h"
#include "translator/options.h"

namespace mortar {
namespace {

constexpr int first_long = 256;  // above every letter
constexpr std::size_t help_width = 100;

struct StockOption {
  const char* name;
  char letter;
  Takes takes;
};

constexpr Takes none = Takes::nothing, value = Takes::a_value, perhaps = Takes::perhaps_a_value;

// What a program understands of these it has rows of its own for.
constexpr StockOption stock_options[] = {
    {"acl", 0, none},
    {"attr-times-granularity", 0, perhaps},
    {"attribute-timeout", 0, value},
    {"auto-invalidation", 0, perhaps},
    {"aux-gfid-mount", 0, none},
    {"background-qlen", 0, value},
    {"brick-mux", 0, none},
    {"brick-name", 0, value},
    {"brick-port", 0, value},
    {"capability", 0, none},
    {"client-pid", 0, value},
    {"congestion-threshold", 0, value},
    {"direct-io-mode", 0, perhaps},
    {"dump-fuse", 0, value},
    {"enable-ino32", 0, perhaps},
    {"entry-timeout", 0, value},
    {"event-history", 0, perhaps},
    {"fopen-keep-cache", 0, perhaps},
    {"fs-display-name", 0, value},
    {"fuse-dev-eperm-ratelimit-ns", 0, value},
    {"fuse-flush-handle-interrupt", 0, perhaps},
    {"fuse-handle-copy_file_range", 0, perhaps},
    {"fuse-mountopts", 0, value},
    {"fuse-setlk-handle-interrupt", 0, perhaps},
    {"gid-timeout", 0, value},
    {"global-threading", 0, perhaps},
    {"global-timer-wheel", 0, perhaps},
    {"inode-table-size", 0, value},
    {"invalidate-limit", 0, value},
    {"io-engine", 0, perhaps},
    {"kernel-writeback-cache", 0, perhaps},
    {"localtime-logging", 0, none},
    {"log-buf-size", 0, value},
    {"log-flush-timeout", 0, value},
    {"log-format", 0, value},
    {"logger", 0, value},
    {"lru-limit", 0, value},
    {"mac-compat", 0, perhaps},
    {"mem-accounting", 0, none},
    {"negative-timeout", 0, value},
    {"no-mem-accounting", 0, none},
    {"no-root-squash", 0, perhaps},
    {"print-exports", 'e', value},
    {"print-netgroups", 'n', value},
    {"print-xlatordir", 0, none},
    {"process-name", 0, value},
    {"read-only", 0, none},
    {"reader-thread-count", 0, perhaps},
    {"resolve-gids", 0, none},
    {"run-id", 'r', value},
    {"secure-mgmt", 0, perhaps},
    {"selinux", 0, none},
    {"snap-name", 0, value},
    {"socket-file", 'S', value},
    {"spec-file", 0, value},
    {"subdir-mount", 0, value},
    {"thin-client", 0, none},
    {"use-readdirp", 0, perhaps},
    {"user-map-root", 0, value},
    {"volfile-check", 0, none},
    {"volfile-id", 0, value},
    {"volfile-max-fetch-attempts", 0, value},
    {"volfile-server", 's', value},
    {"volfile-server-port", 0, value},
    {"volfile-server-transport", 0, value},
    {"volume-name", 0, value},
    {"worm", 0, none},
};

void add_stock_options(std::vector<OptionRow>& rows) {
  for (const StockOption& option : stock_options) {
    const auto has_name = [&option](const OptionRow& row) { return std::string_view(row.name) == option.name; };
    if (std::ranges::any_of(rows, has_name)) continue;
    rows.push_back({option.name, option.letter, option.takes, "", "", nullptr});
  }
}

OptionRow::Apply answers(std::string& answer, std::string text) {
  return [&answer, text = std::move(text)](const std::string&) {
    answer = text;
    return true;
  };
}

std::string name_in_help(const OptionRow& row) {
  std::string name =
      row.letter != 0 ? fmt::format("-{}, --{}", row.letter, row.name) : fmt::format("    --{}", row.name);
  if (row.takes == value) name += fmt::format("={}", row.value);
  if (row.takes == perhaps) name += fmt::format("[={}]", row.value);
  return name;
}

std::string help_of(std::string_view usage, const std::vector<OptionRow>& rows) {
  std::string text = fmt::format("{}\n", usage);
  std::string line = "Taken for compatibility, without effect:";
  std::string without_effect;
  for (const OptionRow& row : rows) {
    if (row.apply) {
      text += fmt::format("  {:<42} {}\n", name_in_help(row), row.help);
      continue;
    }
    if (line.size() + std::string_view(row.name).size() + 3 > help_width) {
      without_effect += std::exchange(line, " ") + "\n";
    }
    line += fmt::format(" --{}", row.name);
  }
  return text + "\n" + without_effect + line + "\n";
}

// Null where getopt found none.
const OptionRow* row_of(int found, const std::vector<OptionRow>& rows) {
  if (found >= first_long) return &rows[static_cast<std::size_t>(found - first_long)];
  // getopt's answer to "-?" is the one to what it does not know.
  if (found == '?' && optopt != '?') return nullptr;
  const auto row = std::ranges::find(rows, static_cast<char>(found), &OptionRow::letter);
  return row == rows.end() ? nullptr : &*row;
}

// `word` is the one that getopt read last.
std::string complaint(int found, const char* word, const std::vector<OptionRow>& rows) {
  if (found == ':') return fmt::format("option {} needs a value", word);
  if (optopt == 0) return fmt::format("unrecognized option '{}'", word);
  if (optopt < first_long) return fmt::format("unrecognized option '-{}'", static_cast<char>(optopt));
  return fmt::format("option --{} takes no value", rows[static_cast<std::size_t>(optopt - first_long)].name);
}

}  // namespace

namespace {

// Helpers lie beside the programs, wherever those were installed.
std::string helper_folder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (program.parent_path().parent_path() / "libexec/glusterfs").string();
}

}  // namespace

Result<CommandLine> read_command_line(int count, char** words, std::string_view usage, std::vector<OptionRow> rows) {
  CommandLine line;
  bool wants_help = false;
  rows.push_back(
      {"print-logdir", 0, none, "", "Print where logs are written", answers(line.answer, MORTAR_LOG_DIR "\n")});
  rows.push_back({"print-statedumpdir", 0, none, "", "Print where state dumps are written",
                  answers(line.answer, MORTAR_RUN_DIR "/gluster\n")});
  rows.push_back({"print-libexecdir", 0, none, "", "Print where helper programs are",
                  answers(line.answer, helper_folder() + "\n")});
  rows.push_back({"version", 'V', none, "", "Print the version", answers(line.answer, version_text)});
  rows.push_back({"help", '?', none, "", "Print this help", turns_on(wants_help)});
  rows.push_back({"usage", 0, none, "", "Print this help", turns_on(wants_help)});
  add_stock_options(rows);

  std::vector<option> long_options;
  std::string letters = ":";
  for (const OptionRow& row : rows) {
    const int takes = row.takes == none ? no_argument : row.takes == value ? required_argument : optional_argument;
    long_options.push_back({row.name, takes, nullptr, first_long + static_cast<int>(long_options.size())});
    if (row.letter != 0 && row.letter != '?') letters.append(1, row.letter).append(row.takes == value ? ":" : "");
  }
  long_options.push_back({});
  opterr = 0;
  optind = 0;  // 0: whatever was read before is forgotten
  while (line.answer.empty() && !wants_help) {
    optopt = 0;
    const int found = getopt_long(count, words, letters.c_str(), long_options.data(), nullptr);
    if (found == -1) break;
    const OptionRow* const row = row_of(found, rows);
    if (row == nullptr) return failed(EINVAL, misuse(complaint(found, words[optind - 1], rows), usage));
    const std::string text = optarg == nullptr ? "" : optarg;
    if (row->apply && !row->apply(text)) {
      return failed(EINVAL, fmt::format("--{}{}{}: {}", row->name, text.empty() ? "" : "=", text, row->help));
    }
  }
  if (wants_help) line.answer = help_of(usage, rows);
  line.rest.assign(words + optind, words + count);
  return line;
}

std::string misuse(std::string_view sentence, std::string_view usage) {
  return fmt::format("{}\n{}--help lists the options", sentence, usage);
}

OptionRow::Apply text_into(std::string& into) {
  return [&into](const std::string& text) {
    into = text;
    return !text.empty();
  };
}

OptionRow::Apply added_to(std::vector<std::string>& into) {
  return [&into](const std::string& text) {
    into.push_back(text);
    return !text.empty();
  };
}

OptionRow::Apply turns_on(bool& into) {
  return [&into](const std::string&) { return into = true; };
}

OptionRow::Apply switch_into(bool& into) {
  return [&into](const std::string& text) {
    into = true;
    return text.empty() || parse_option(text, into);
  };
}

}  // namespace mortar
