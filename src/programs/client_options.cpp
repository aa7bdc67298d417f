#include "programs/client_options.h"

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "translator/options.h"

namespace mortar {
namespace {

enum class Takes { nothing, a_value, perhaps_a_value };

struct Row {
  const char* name;
  char letter;  // 0: none
  Takes takes;
  const char* value;  // what the help calls it
  const char* help;
  // Null: taken, without effect. False: the value is none.
  bool (*apply)(ClientOptions&, const std::string& value);
};

bool read_switch(const std::string& text, bool& into) {
  if (!text.empty()) return parse_option(text, into);
  into = true;
  return true;
}

template <class T>
bool read_number(const std::string& text, T& into) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, into);
  return error == std::errc() && stop == end;
}

bool read_seconds(const std::string& text, double& into) { return read_number(text, into) && into >= 0; }

bool read_words(const std::string& text, std::vector<std::string>& into) {
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    if (end != start) into.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return true;
}

bool read_level(const std::string& text, log::Level& into) {
  if (text == "NONE") {
    into = log::Level::emergency;
    return true;
  }
  return log::parse_level(text, into);
}

bool read_direct_io(const std::string& text, std::optional<bool>& into) {
  if (text == "auto") return true;
  bool on = true;
  if (!read_switch(text, on)) return false;
  into = on;
  return true;
}

using O = ClientOptions;
using Text = const std::string&;
constexpr Takes none = Takes::nothing, value = Takes::a_value, perhaps = Takes::perhaps_a_value;

// In the order of the help.
const Row rows[] = {
    {"volfile", 'f', value, "FILE", "Take the volume from this file",
     [](O& o, Text text) { return !(o.volfile = text).empty(); }},
    {"volfile-server", 's', value, "SERVER", "Fetch the volume from this server; repeated: tried in turn",
     [](O& o, Text text) { return o.volfile_servers.push_back(text), !text.empty(); }},
    {"volfile-id", 0, value, "KEY", "Name of the volume at the server",
     [](O& o, Text text) { return !(o.volfile_id = text).empty(); }},
    {"volfile-server-port", 0, value, "PORT", "Port of the server [default: 24007]",
     [](O& o, Text text) { return read_number(text, o.volfile_server_port); }},
    {"volfile-server-transport", 0, value, "TYPE", "Way to the server [default: socket]",
     [](O& o, Text text) { return !(o.volfile_server_transport = text).empty(); }},
    {"volfile-max-fetch-attempts", 0, value, "N", "Rounds over the servers before giving up",
     [](O& o, Text text) { return read_number(text, o.fetch_attempts); }},
    {"volume-name", 0, value, "NAME", "Translator of the volume file to mount [default: the last]",
     [](O& o, Text text) { return !(o.volume_name = text).empty(); }},
    {"subdir-mount", 0, value, "PATH", "Mount this directory of the volume",
     [](O& o, Text text) { return !(o.subdirectory = text).empty(); }},
    {"xlator-option", 0, value, "NAME.KEY=VALUE", "Set an option of the translators whose name matches",
     [](O& o, Text text) { return o.translator_options.push_back(text), text.find('=') != text.npos; }},
    {"process-name", 0, value, "NAME", "What the process calls itself at the bricks",
     [](O& o, Text text) { return !(o.process_name = text).empty(); }},
    {"log-file", 'l', value, "FILE", "Where to log [default: after the mount point]",
     [](O& o, Text text) { return !(o.log_file = text).empty(); }},
    {"log-level", 'L', value, "LEVEL", "DEBUG, INFO, WARNING, ERROR, CRITICAL, TRACE or NONE [default: INFO]",
     [](O& o, Text text) { return read_level(text, o.log_level); }},
    {"pid-file", 'p', value, "FILE", "File to keep the process id in",
     [](O& o, Text text) { return !(o.pid_file = text).empty(); }},
    {"no-daemon", 'N', none, "", "Stay in the foreground", [](O& o, Text) { return o.foreground = true; }},
    {"debug", 0, none, "", "Stay in the foreground and log everything to the console",
     [](O& o, Text) {
       o.log_level = log::Level::debug;
       return o.foreground = o.log_to_console = true;
     }},
    {"oom-score-adj", 0, value, "N", "Adjustment of the out-of-memory score",
     [](O& o, Text text) { return read_number(text, o.oom_score_adjustment.emplace()); }},
    {"acl", 0, none, "", "POSIX ACLs", [](O& o, Text) { return o.mount.acl = true; }},
    {"selinux", 0, none, "", "SELinux labels", [](O& o, Text) { return o.mount.selinux = true; }},
    {"capability", 0, none, "", "File capabilities", [](O& o, Text) { return o.mount.capability = true; }},
    {"read-only", 0, none, "", "Mount read-only", [](O& o, Text) { return o.mount.read_only = true; }},
    {"entry-timeout", 0, value, "SECONDS", "How long the kernel believes names [default: 1]",
     [](O& o, Text text) { return read_seconds(text, o.mount.entry_timeout); }},
    {"attribute-timeout", 0, value, "SECONDS", "How long the kernel believes attributes [default: 1]",
     [](O& o, Text text) { return read_seconds(text, o.mount.attribute_timeout); }},
    {"negative-timeout", 0, value, "SECONDS", "How long the kernel believes that a name is missing [default: 0]",
     [](O& o, Text text) { return read_seconds(text, o.mount.negative_timeout); }},
    {"gid-timeout", 0, value, "SECONDS", "How long the groups of a process are believed [default: 300]",
     [](O& o, Text text) {
       std::int64_t seconds = 0;
       const bool fits = read_number(text, seconds);
       o.mount.group_timeout = std::chrono::seconds(seconds);
       return fits && seconds >= 0;
     }},
    {"direct-io-mode", 0, perhaps, "BOOL|auto", "Pass the kernel's cache by [default: auto]",
     [](O& o, Text text) { return read_direct_io(text, o.mount.direct_io); }},
    {"fopen-keep-cache", 0, perhaps, "BOOL", "Keep cached pages when a file is opened [default: on]",
     [](O& o, Text text) { return read_switch(text, o.mount.keep_cache_on_open); }},
    {"auto-invalidation", 0, perhaps, "BOOL", "Drop cached pages of files that changed [default: on]",
     [](O& o, Text text) { return read_switch(text, o.mount.invalidate_on_change); }},
    {"kernel-writeback-cache", 0, perhaps, "BOOL", "Let the kernel delay writes [default: off]",
     [](O& o, Text text) { return read_switch(text, o.mount.writeback_cache); }},
    {"use-readdirp", 0, perhaps, "BOOL", "Read directories with attributes [default: on]",
     [](O& o, Text text) { return read_switch(text, o.mount.readdir_with_attributes); }},
    {"enable-ino32", 0, perhaps, "BOOL", "Inode numbers of 32 bits, for old programs",
     [](O& o, Text text) { return read_switch(text, o.mount.short_inode_numbers); }},
    {"attr-times-granularity", 0, perhaps, "NS", "Granularity of times in nanoseconds [default: 1]",
     [](O& o, Text text) { return text.empty() || read_number(text, o.mount.time_granularity); }},
    {"background-qlen", 0, value, "N", "Requests the kernel may have in the background [default: 64]",
     [](O& o, Text text) { return read_number(text, o.mount.background_requests); }},
    {"congestion-threshold", 0, value, "N", "Of those, how many are many [default: three quarters]",
     [](O& o, Text text) { return read_number(text, o.mount.congestion_threshold.emplace()); }},
    {"fuse-mountopts", 0, value, "WORDS", "Further options for the kernel's mount, comma separated",
     [](O& o, Text text) { return read_words(text, o.mount.kernel_options); }},
    {"fuse-mount-opts", 0, value, "WORDS", "The same",
     [](O& o, Text text) { return read_words(text, o.mount.kernel_options); }},
    {"fs-display-name", 0, value, "NAME", "What mount and df show",
     [](O& o, Text text) { return !(o.mount.source = text).empty(); }},
    {"client-pid", 0, value, "PID", "Identity of an internal mount",
     [](O& o, Text text) { return read_number(text, o.mount.client_pid.emplace()); }},
    {"no-root-squash", 0, perhaps, "BOOL", "Root stays root on the bricks (trusted clients only)",
     [](O& o, Text text) { return read_switch(text, o.mount.no_root_squash); }},
    {"resolve-gids", 0, none, "", "", nullptr},
    {"lru-limit", 0, value, "N", "", nullptr},
    {"inode-table-size", 0, value, "N", "", nullptr},
    {"invalidate-limit", 0, value, "N", "", nullptr},
    {"log-buf-size", 0, value, "N", "", nullptr},
    {"log-flush-timeout", 0, value, "SECONDS", "", nullptr},
    {"log-format", 0, value, "FORMAT", "", nullptr},
    {"logger", 0, value, "LOGGER", "", nullptr},
    {"localtime-logging", 0, none, "", "", nullptr},
    {"socket-file", 'S', value, "FILE", "", nullptr},
    {"event-history", 0, perhaps, "BOOL", "", nullptr},
    {"reader-thread-count", 0, perhaps, "N", "", nullptr},
    {"global-threading", 0, perhaps, "BOOL", "", nullptr},
    {"global-timer-wheel", 0, perhaps, "BOOL", "", nullptr},
    {"io-engine", 0, perhaps, "ENGINE", "", nullptr},
    {"mem-accounting", 0, none, "", "", nullptr},
    {"mac-compat", 0, perhaps, "BOOL", "", nullptr},
    {"brick-mux", 0, none, "", "", nullptr},
    {"secure-mgmt", 0, perhaps, "BOOL", "", nullptr},
    {"volfile-check", 0, none, "", "", nullptr},
    {"thin-client", 0, none, "", "", nullptr},
    {"dump-fuse", 0, value, "PATH", "", nullptr},
    {"fuse-flush-handle-interrupt", 0, perhaps, "BOOL", "", nullptr},
    {"fuse-setlk-handle-interrupt", 0, perhaps, "BOOL", "", nullptr},
    {"fuse-handle-copy_file_range", 0, perhaps, "BOOL", "", nullptr},
    {"fuse-dev-eperm-ratelimit-ns", 0, value, "N", "", nullptr},
    {"worm", 0, none, "", "Refused: writing once is an option of the volume (features.worm)",
     [](O&, Text) { return false; }},
    {"aux-gfid-mount", 0, none, "", "Refused: access by identity is not offered", [](O&, Text) { return false; }},
    {"print-logdir", 0, none, "", "Print where logs are written",
     [](O& o, Text) { return !(o.answer = MORTAR_LOG_DIR "\n").empty(); }},
    {"print-statedumpdir", 0, none, "", "Print where state dumps are written",
     [](O& o, Text) { return !(o.answer = MORTAR_RUN_DIR "/gluster\n").empty(); }},
    {"print-libexecdir", 0, none, "", "Print where helper programs are",
     [](O& o, Text) { return !(o.answer = MORTAR_LIBEXEC_DIR "\n").empty(); }},
    {"version", 'V', none, "", "Print the version",
     [](O& o, Text) { return !(o.answer = "glusterfs 10.3 (Mortar " MORTAR_VERSION ")\n").empty(); }},
    {"help", 0, none, "", "Print this help", [](O&, Text) { return true; }},
    {"usage", 0, none, "", "Print this help", [](O&, Text) { return true; }},
};

std::string help() {
  std::string text =
      "Usage: glusterfs [OPTION...] --volfile-server=SERVER --volfile-id=VOLUME [MOUNT-POINT]\n"
      "  or:  glusterfs [OPTION...] --volfile=VOLFILE [MOUNT-POINT]\n\n";
  for (const Row& row : rows) {
    std::string name =
        row.letter != 0 ? fmt::format("-{}, --{}", row.letter, row.name) : fmt::format("    --{}", row.name);
    if (row.takes == value) name += fmt::format("={}", row.value);
    if (row.takes == perhaps) name += fmt::format("[={}]", row.value);
    text +=
        fmt::format("  {:<42} {}\n", name, row.apply == nullptr ? "Taken for compatibility, without effect" : row.help);
  }
  return text;
}

bool asks_for_help(const Row& row) {
  const std::string_view name = row.name;
  return name == "help" || name == "usage";
}

// A mount point without the slashes at its end; "/" stays.
std::string plain_path(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

Result<Done> complete(ClientOptions& options) {
  if (!options.answer.empty()) return done;
  if (options.volfile.empty() && options.volfile_servers.empty()) {
    return failed(EINVAL, "neither --volfile-server nor --volfile is given (--help lists the options)");
  }
  if (options.volfile.empty() && options.volfile_id.empty()) {
    return failed(EINVAL, "--volfile-id is missing: which volume of the server?");
  }
  if (options.mount.source.empty()) {
    const std::string from = options.volfile_servers.empty() ? "glusterfs" : options.volfile_servers.front();
    options.mount.source = options.volfile_id.empty() ? options.volfile : from + ":" + options.volfile_id;
    options.mount.source += options.subdirectory;
  }
  return done;
}

}  // namespace

Result<ClientOptions> parse_client_options(int count, char** words) {
  std::vector<option> long_options;
  std::string letters;
  for (const Row& row : rows) {
    const int takes = row.takes == none ? no_argument : row.takes == value ? required_argument : optional_argument;
    long_options.push_back({row.name, takes, nullptr, 0});
    if (row.letter != 0) letters.append(1, row.letter).append(row.takes == value ? ":" : "");
  }
  long_options.push_back({});
  ClientOptions options;
  int index = -1;
  for (int found = 0; (found = getopt_long(count, words, letters.c_str(), long_options.data(), &index)) != -1;) {
    if (found == '?' && optopt != '?') return failed(EINVAL, "glusterfs --help lists the options");
    const Row* row = found == 0 ? rows + index
                                : std::find_if(std::begin(rows), std::end(rows),
                                               [found](const Row& one) { return one.letter == found; });
    if (row == std::end(rows) || asks_for_help(*row)) {
      options.answer = help();
      return options;
    }
    const std::string text = optarg == nullptr ? "" : optarg;
    if (row->apply != nullptr && !row->apply(options, text)) {
      return failed(EINVAL, fmt::format("--{} {}: {}", row->name, text, row->help));
    }
  }
  const std::span<char*> rest(words + optind, static_cast<std::size_t>(count - optind));
  if (rest.size() > 1) return failed(EINVAL, fmt::format("one mount point, not {}", rest.size()));
  if (!rest.empty()) options.mount.directory = plain_path(rest.front());
  Result<Done> completed = complete(options);
  if (!completed) return std::unexpected(completed.error());
  return options;
}

}  // namespace mortar
