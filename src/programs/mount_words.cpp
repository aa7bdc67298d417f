#include "programs/mount_words.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace mortar {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t longest_host_name = 63;

constexpr const char* usage = "Please specify correct format\nUsage:\nman 8 mount.glusterfs";

// Options with a value that glusterfs has under the same name, in the order in which it gets them.
constexpr std::array handed_on = {
    "fopen-keep-cache",
    "log-level",
    "log-file",
    "direct-io-mode",
    "use-readdirp",
    "event-history",
    "reader-thread-count",
    "auto-invalidation",
    "volume-name",
    "attribute-timeout",
    "entry-timeout",
    "negative-timeout",
    "gid-timeout",
    "lru-limit",
    "invalidate-limit",
    "inode-table-size",
    "background-qlen",
    "congestion-threshold",
    "oom-score-adj",
    "xlator-option",
    "kernel-writeback-cache",
    "attr-times-granularity",
    "dump-fuse",
    "fuse-flush-handle-interrupt",
    "fuse-setlk-handle-interrupt",
    "fuse-handle-copy_file_range",
    "fuse-dev-eperm-ratelimit-ns",
    "io-engine",
};

// Flags, with what glusterfs calls them.
constexpr std::array<std::pair<std::string_view, const char*>, 11> flags = {{
    {"ro", "--read-only"},
    {"acl", "--acl"},
    {"selinux", "--selinux"},
    {"enable-ino32", "--enable-ino32"},
    {"worm", "--worm"},
    {"mem-accounting", "--mem-accounting"},
    {"aux-gfid-mount", "--aux-gfid-mount"},
    {"thin-client", "--thin-client"},
    {"resolve-gids", "--resolve-gids"},
    {"global-threading", "--global-threading"},
    {"localtime-logging", "--localtime-logging"},
}};

constexpr std::array for_the_kernel = {
    "atime",       "noatime",       "diratime",  "nodiratime",  "relatime",     "norelatime",
    "strictatime", "nostrictatime", "lazyatime", "nolazyatime", "dev",          "nodev",
    "exec",        "noexec",        "suid",      "nosuid",      "auto_unmount",
};

constexpr std::array without_effect = {
    "async", "sync", "dirsync", "mand", "nomand", "silent", "loud", "iversion", "noiversion", "nofail",
};

constexpr std::array for_the_system = {"rw", "auto", "noauto", "_netdev", "user", "users", "defaults"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Words split(std::string_view text, char separator) {
  Words words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end != 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool means_yes(std::string_view text) { return text == "yes" || text == "on" || text == "enable" || text == "true"; }
bool means_no(std::string_view text) { return text == "no" || text == "off" || text == "disable" || text == "false"; }

// Colons separate servers, but not inside brackets, where an IPv6 address stands.
Result<Words> split_backup_servers(std::string_view text) {
  Words servers(1);
  bool in_brackets = false;
  for (char letter : text) {
    if (letter == '[' || letter == ']') {
      if (in_brackets == (letter == '[')) return failed(EINVAL);
      in_brackets = letter == '[';
    } else if (letter == ':' && !in_brackets) {
      servers.emplace_back();
    } else {
      servers.back().push_back(letter);
    }
  }
  if (in_brackets) return failed(EINVAL);
  std::erase(servers, "");
  return servers;
}

class Reader {
 public:
  explicit Reader(MountWords& words) : words_(words) {}

  Result<Done> take(const std::string& option);
  Result<Done> name_volume(const std::string& device);
  void use_file(const std::string& device) { volfile_ = device; }
  Result<Done> finish();

 private:
  Result<Done> take_value(const std::string& key, const std::string& value);
  Result<Done> take_flag(const std::string& option);
  Result<Done> add_servers();

  MountWords& words_;
  std::vector<std::pair<std::string, std::string>> values_;
  Words flags_, kernel_options_, replicate_options_, backup_servers_;
  std::string servers_, volume_, directory_of_volume_, port_, process_name_, fetch_attempts_, volfile_;
  bool volfile_check_ = false, no_root_squash_ = false;
};

Result<Done> Reader::take(const std::string& option) {
  const std::size_t equals = option.find('=');
  if (equals == std::string::npos) return take_flag(option);
  return take_value(option.substr(0, equals), option.substr(equals + 1));
}

Result<Done> Reader::take_value(const std::string& key, const std::string& value) {
  if (is_one_of(handed_on, key)) {
    std::erase_if(values_, [&key](const auto& known) { return known.first == key && key != "xlator-option"; });
    values_.emplace_back(key, value);
  } else if (key == "transport") {
    if (value != "tcp") return failed(EINVAL, "ERROR: transport=" + value + ": volumes are reached over tcp only");
  } else if (key == "volume-id") {
    volume_ = value;
  } else if (key == "subdir-mount") {
    directory_of_volume_ = value;
  } else if (key == "server-port") {
    port_ = value;
  } else if (key == "process-name") {
    process_name_ = value;
  } else if (key == "fetch-attempts") {
    fetch_attempts_ = value;
  } else if (key == "volfile-check") {
    volfile_check_ = true;
  } else if (key == "fuse-mountopts") {
    for (std::string& word : split(value, ',')) kernel_options_.push_back(std::move(word));
  } else if (key == "context" || key == "fscontext" || key == "defcontext" || key == "rootcontext") {
    kernel_options_.push_back(key + "=\"" + value + "\"");
  } else if (key.starts_with("halo-")) {
    replicate_options_.push_back("--xlator-option=*replicate*." + key + "=" + value);
  } else if (key == "no-root-squash") {
    no_root_squash_ = no_root_squash_ || means_yes(value);
  } else if (key == "root-squash") {
    no_root_squash_ = no_root_squash_ || means_no(value);
  } else if (key == "backupvolfile-server") {
    if (backup_servers_.empty()) backup_servers_ = {value};
  } else if (key == "backup-volfile-servers") {
    Result<Words> servers = split_backup_servers(value);
    if (!servers) return failed(EINVAL, "ERROR: Invalid backup-volfile-servers specified.. exiting");
    backup_servers_ = std::move(*servers);
  } else if (!key.starts_with("x-")) {
    return failed(EINVAL, "Invalid option: " + key);
  }
  return done;
}

Result<Done> Reader::take_flag(const std::string& option) {
  const auto flag = std::find_if(flags.begin(), flags.end(), [&](const auto& known) { return known.first == option; });
  if (flag != flags.end()) {
    flags_.emplace_back(flag->second);
  } else if (is_one_of(for_the_kernel, option)) {
    kernel_options_.push_back(option);
  } else if (is_one_of(without_effect, option)) {
    words_.warnings.push_back("mount option '" + option + "' is not handled (yet?)");
  } else if (option == "fopen-keep-cache") {
    values_.emplace_back(option, "true");
  } else if (!is_one_of(for_the_system, option) && !option.starts_with("x-")) {
    return failed(EINVAL, "Invalid option " + option);
  }
  return done;
}

// The volume ends where a directory inside it begins, but the volumes of snapshots have slashes in their names.
Result<Done> Reader::name_volume(const std::string& device) {
  const std::size_t colon = device.rfind(':');
  std::string volume = colon == std::string::npos ? "" : device.substr(colon + 1);
  if (volume.empty() || volume == "/") volume = volume_;  // the option counts where the device leaves it open
  if (volume.empty() || colon == std::string::npos || colon == 0) {
    return failed(EINVAL, std::string("ERROR: Server name/volume name unspecified cannot proceed further..\n") + usage);
  }
  servers_ = device.substr(0, colon);
  if (servers_.starts_with('[') && servers_.ends_with(']')) servers_ = servers_.substr(1, servers_.size() - 2);
  const std::size_t start = volume.starts_with('/') ? 1 : 0;
  const std::size_t slash = volume.find('/', start);
  const bool is_snapshot = volume.compare(start, slash - start, "snaps") == 0;
  volume_ = volume;
  if (slash == std::string::npos || is_snapshot) {
    if (is_snapshot) flags_.emplace_back("--read-only");
    return done;
  }
  volume_ = volume.substr(0, slash);
  directory_of_volume_ = volume.substr(slash + 1);
  return done;
}

Result<Done> Reader::add_servers() {
  Words servers = split(servers_, ',');
  std::erase_if(servers, [](const std::string& server) { return server.size() > longest_host_name; });
  if (servers.empty()) return failed(EINVAL, "ERROR: No valid servers found on command line.. exiting");
  servers.insert(servers.end(), backup_servers_.begin(), backup_servers_.end());
  for (const std::string& server : servers) words_.arguments.push_back("--volfile-server=" + server);
  return done;
}

Result<Done> Reader::finish() {
  Words& arguments = words_.arguments;
  for (const auto& [name, argument] : flags) {  // in stock's order, each once
    if (is_one_of(flags_, argument)) arguments.emplace_back(argument);
  }
  if (!fetch_attempts_.empty()) arguments.push_back("--volfile-max-fetch-attempts=" + fetch_attempts_);
  if (volfile_check_) arguments.emplace_back("--volfile-check");
  if (no_root_squash_) arguments.emplace_back("--no-root-squash");
  arguments.insert(arguments.end(), replicate_options_.begin(), replicate_options_.end());
  for (const char* key : handed_on) {
    for (const auto& [name, value] : values_) {
      if (name == key) arguments.push_back("--" + name + "=" + value);
      if (name == key && name == "log-file") words_.log_file = value;
    }
  }
  arguments.emplace_back("--process-name");
  arguments.push_back(process_name_.empty() ? "fuse" : "fuse." + process_name_);
  if (volfile_.empty()) {
    Result<Done> added = add_servers();
    if (!added) return added;
    if (!port_.empty()) arguments.push_back("--volfile-server-port=" + port_);
    arguments.push_back("--volfile-id=" + volume_);
  } else {
    arguments.push_back("--volfile=" + volfile_);
  }
  if (!kernel_options_.empty()) {
    std::string joined;
    for (const std::string& word : kernel_options_) joined += (joined.empty() ? "" : ",") + word;
    arguments.push_back("--fuse-mountopts=" + joined);
  }
  while (directory_of_volume_.starts_with('/')) directory_of_volume_.erase(0, 1);
  if (!directory_of_volume_.empty()) arguments.push_back("--subdir-mount=/" + directory_of_volume_);
  arguments.push_back(words_.directory);
  return done;
}

}  // namespace

std::string plain_mount_field(std::string_view field) {
  std::string plain;
  while (!field.empty()) {
    const std::string_view digits = field.substr(1, 3);
    unsigned code = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 8);
    const bool is_code = field.front() == '\\' && digits.size() == 3 && error == std::errc() && stop == digits.end();
    plain.push_back(is_code ? static_cast<char>(code) : field.front());
    field.remove_prefix(is_code ? 4 : 1);
  }
  return plain;
}

Result<MountWords> read_mount_words(const std::string& device, const std::string& directory,
                                    const std::vector<std::string>& option_lists, bool device_is_file) {
  MountWords words{.device = device, .directory = directory};
  Reader reader(words);
  for (const std::string& list : option_lists) {
    for (const std::string& option : split(list, ',')) {
      Result<Done> taken = reader.take(option);
      if (!taken) return std::unexpected(taken.error());
    }
  }
  if (device_is_file) {
    reader.use_file(device);
  } else {
    Result<Done> named = reader.name_volume(device);
    if (!named) return std::unexpected(named.error());
  }
  Result<Done> finished = reader.finish();
  if (!finished) return std::unexpected(finished.error());
  return words;
}

}  // namespace mortar
