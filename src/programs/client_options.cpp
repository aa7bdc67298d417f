#include "programs/client_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "translator/options.h"

namespace mortar {
namespace {

constexpr const char* usage =
    "Usage: glusterfs [OPTION...] --volfile-server=SERVER --volfile-id=VOLUME [MOUNT-POINT]\n"
    "  or:  glusterfs [OPTION...] --volfile=VOLFILE [MOUNT-POINT]\n";

// libfuse 3.14 refuses these. They would change nothing: the kernel keeps no access times for a FUSE file system.
constexpr std::array unknown_to_libfuse = {"diratime",    "nodiratime",    "relatime",  "norelatime",
                                           "strictatime", "nostrictatime", "lazyatime", "nolazyatime"};

OptionRow::Apply seconds_into(double& into) {
  return [&into](const std::string& text) { return read_number(text, into) && into >= 0; };
}

bool read_group_timeout(const std::string& text, std::chrono::seconds& into) {
  std::int64_t seconds = 0;
  const bool fits = read_number(text, seconds) && seconds >= 0;
  into = std::chrono::seconds(seconds);
  return fits;
}

bool read_direct_io(const std::string& text, std::optional<bool>& into) {
  if (text == "auto") return true;
  bool on = true;
  if (!text.empty() && !parse_option(text, on)) return false;
  into = on;
  return true;
}

OptionRow::Apply mount_words_into(std::vector<std::string>& into) {
  return [&into](const std::string& text) {
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = std::min(text.find(',', start), text.size());
      const std::string word = text.substr(start, end - start);
      if (!word.empty() && std::ranges::find(unknown_to_libfuse, word) == unknown_to_libfuse.end()) {
        into.push_back(word);
      }
      start = end + 1;
    }
    return true;
  };
}

bool refuse(const std::string&) { return false; }

// In the order of the help.
std::vector<OptionRow> rows_of(ClientOptions& options) {
  constexpr Takes none = Takes::nothing, value = Takes::a_value, perhaps = Takes::perhaps_a_value;
  fuse::MountOptions& mount = options.mount;
  std::vector<OptionRow> rows;
  add_volfile_options(rows, options.volfile);
  rows.insert(
      rows.end(),
      {{"volume-name", 0, value, "NAME", "Translator of the volume file to mount [default: the last]",
        text_into(options.volume_name)},
       {"subdir-mount", 0, value, "PATH", "Mount this directory of the volume", text_into(options.subdirectory)},
       {"process-name", 0, value, "NAME", "What the process calls itself at the bricks",
        text_into(options.process_name)},
       {"new-copy", 0, value, "CLIENT",
        "Mount nothing: tell the copies beside this one that it has nothing yet, and end; repeated: several",
        [&options](const std::string& text) {
          options.new_copies.push_back(text);
          return !text.empty();
        }},
       {"clear-locks", 0, value, "WHICH", "Mount nothing: drop these locks of a path on all bricks, and end",
        text_into(options.clear_locks)},
       {"clear-path", 0, value, "PATH", "That path, from the root of the volume on", text_into(options.clear_path)},
       {"socket-file", 'S', value, "FILE", "Socket on which glusterd asks and tells",
        text_into(options.control_socket)}});
  add_process_options(rows, options.process);
  rows.insert(
      rows.end(),
      {{"acl", 0, none, "", "POSIX ACLs", turns_on(mount.acl)},
       {"selinux", 0, none, "", "SELinux labels", turns_on(mount.selinux)},
       {"capability", 0, none, "", "File capabilities", turns_on(mount.capability)},
       {"read-only", 0, none, "", "Mount read-only", turns_on(mount.read_only)},
       {"entry-timeout", 0, value, "SECONDS",
        "How long the kernel believes names [default: what the volume says, else 1]",
        seconds_into(mount.entry_timeout)},
       {"attribute-timeout", 0, value, "SECONDS",
        "How long the kernel believes attributes [default: what the volume says, else 1]",
        seconds_into(mount.attribute_timeout)},
       {"negative-timeout", 0, value, "SECONDS", "How long the kernel believes that a name is missing [default: 0]",
        seconds_into(mount.negative_timeout)},
       {"gid-timeout", 0, value, "SECONDS", "How long the groups of a process are believed [default: 300]",
        [&mount](const std::string& text) { return read_group_timeout(text, mount.group_timeout); }},
       {"direct-io-mode", 0, perhaps, "BOOL|auto", "Pass the kernel's cache by [default: auto]",
        [&mount](const std::string& text) { return read_direct_io(text, mount.direct_io); }},
       {"fopen-keep-cache", 0, perhaps, "BOOL", "Keep cached pages when a file is opened [default: on]",
        switch_into(mount.keep_cache_on_open)},
       {"auto-invalidation", 0, perhaps, "BOOL", "Drop cached pages of files that changed [default: on]",
        switch_into(mount.invalidate_on_change)},
       {"kernel-writeback-cache", 0, perhaps, "BOOL", "Let the kernel delay writes [default: off]",
        switch_into(mount.writeback_cache)},
       {"use-readdirp", 0, perhaps, "BOOL", "Read directories with attributes [default: on]",
        switch_into(mount.readdir_with_attributes)},
       {"enable-ino32", 0, perhaps, "BOOL", "Inode numbers of 32 bits, for old programs",
        switch_into(mount.short_inode_numbers)},
       {"attr-times-granularity", 0, perhaps, "NS", "Granularity of times in nanoseconds [default: 1]",
        [&mount](const std::string& text) { return text.empty() || read_number(text, mount.time_granularity); }},
       {"background-qlen", 0, value, "N", "Requests the kernel may have in the background [default: 64]",
        number_into(mount.background_requests)},
       {"congestion-threshold", 0, value, "N", "Of those, how many are many [default: three quarters]",
        number_into(mount.congestion_threshold)},
       {"fuse-mountopts", 0, value, "WORDS", "Further options for the kernel's mount, comma separated",
        mount_words_into(mount.kernel_options)},
       {"fuse-mount-opts", 0, value, "WORDS", "The same", mount_words_into(mount.kernel_options)},
       {"fs-display-name", 0, value, "NAME", "What mount and df show", text_into(mount.source)},
       {"client-pid", 0, value, "PID", "Identity of an internal mount", number_into(mount.client_pid)},
       {"aux-gfid-mount", 0, none, "", "Show each object under its identity too, as .gfid/GFID",
        turns_on(options.access_by_gfid)},
       {"no-root-squash", 0, perhaps, "BOOL", "Root stays root on the bricks (trusted clients only)",
        switch_into(mount.no_root_squash)},
       {"worm", 0, none, "", "Refused: writing once is an option of the volume (features.worm)", refuse}});
  return rows;
}

// A mount point without the slashes at its end; "/" stays.
std::string plain_path(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

std::string source_of(const ClientOptions& options) {
  const VolfileOptions& volfile = options.volfile;
  const std::string server = volfile.servers.empty() ? "glusterfs" : volfile.servers.front();
  return (volfile.id.empty() ? volfile.file : server + ":" + volfile.id) + options.subdirectory;
}

}  // namespace

Result<ClientOptions> parse_client_options(int count, char** words) {
  ClientOptions options;
  options.command_line = fmt::format("{}", fmt::join(words, words + count, " "));
  Result<CommandLine> line = read_command_line(count, words, usage, rows_of(options));
  if (!line) return std::unexpected(line.error());
  options.answer = std::move(line->answer);
  if (!options.answer.empty()) return options;
  if (line->rest.size() > 1) {
    return failed(EINVAL, misuse(fmt::format("one mount point, not {}", line->rest.size()), usage));
  }
  if (!line->rest.empty()) options.mount.directory = plain_path(line->rest.front());
  const Result<Done> complete = check(options.volfile);
  if (!complete) return std::unexpected(complete.error());
  if (options.mount.source.empty()) options.mount.source = source_of(options);
  return options;
}

}  // namespace mortar
