// volume set, get and reset.
#include <fmt/format.h>

#include <algorithm>

#include "command/handlers.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

// A group is a file of "key=value" lines in the daemon's working directory.
Result<Done> add_group(FileSystem& files, const std::string& directory, std::string_view group, Dictionary& request) {
  const std::string path = fmt::format("{}/groups/{}", directory, group);
  Result<std::string> content = files.read_file(path);
  if (!content) {
    return failed(content.error().number(),
                  fmt::format("Unable to open file '{}'. Error: {}", path, content.error().sentence()));
  }
  int count = 0;
  std::string_view left = *content;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const std::string_view line = trimmed(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
    const std::size_t equals = line.find('=');
    if (line.empty() || line.front() == '#') continue;
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == line.size()) {
      return failed(EINVAL, fmt::format("'{}' file format not valid.", path));
    }
    ++count;
    request.set_text(fmt::format("key{}", count), trimmed(line.substr(0, equals)));
    request.set_text(fmt::format("value{}", count), trimmed(line.substr(equals + 1)));
  }
  if (count == 0) return failed(EINVAL, fmt::format("'{}' file format not valid.", path));
  request.set("count", std::int64_t{2 * count});
  return done;
}

// Questions that some settings ask first.
bool agreed_to(const Invocation& run, std::string_view key, std::string_view value) {
  if (key == "cluster.enable-shared-storage" && value == "disable") {
    return run.agreed(
        "Disabling cluster.enable-shared-storage will delete the shared storage volume(gluster_shared_storage), which "
        "is used by snapshot scheduler, geo-replication and NFS-Ganesha. Do you still want to continue?");
  }
  if (key == "nfs.disable" && value == "off") {
    return run.agreed(
        "Gluster NFS is being deprecated in favor of NFS-Ganesha Enter \"yes\" to continue using Gluster NFS");
  }
  return true;
}

int aborted(const Invocation& run) {
  run.console.error("Aborted by user.");
  return 1;
}

int group_usage(const Invocation& run) {
  run.console.error("\nUsage:\nvolume set <VOLNAME> group <GROUP>\n");
  return 1;
}

Task<int> send_set(const Invocation& run, Dictionary request) {
  Answer answer = co_await tried(run.call(cli::SetVolumeOption::number, std::move(request)));
  const std::optional<std::string_view> help = answer.values.text("help-str");
  if (help) {
    run.console.out(*help);
    co_return 0;
  }
  if (run.settings.xml) {
    run.console.out_part(xml_message("volSet", answer.op_ret == 0 ? "Set volume successful" : "Set volume unsuccessful",
                                     answer.op_ret, answer.op_errno, answer.op_errstr));
    co_return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out("volume set: success");
    co_return 0;
  }
  run.console.error(answer.op_errstr.empty() ? "volume set: failed" : "volume set: failed: " + answer.op_errstr);
  co_return 1;
}

void print_options(const Invocation& run, const Answer& answer, std::int64_t count) {
  if (std::optional<std::string_view> warning = answer.values.text("warning")) run.console.out(*warning);
  run.console.out(fmt::format("{:<40} {:<39}", "Option", "Value"));
  run.console.out(fmt::format("{:<40} {:<39}", "------", "-----"));
  for (std::int64_t index = 1; index <= count; ++index) {
    run.console.out(fmt::format("{:<40} {:<39}", answer.values.text(fmt::format("key{}", index)).value_or(""),
                                answer.values.text(fmt::format("value{}", index)).value_or("")));
  }
}

std::string options_xml(const Answer& answer, std::int64_t count) {
  Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
  xml.open("volGetopts");
  xml.element("count", count);
  for (std::int64_t index = 1; index <= count; ++index) {
    xml.open("Opt");
    xml.element("Option", answer.values.text(fmt::format("key{}", index)).value_or(""));
    xml.element("Value", answer.values.text(fmt::format("value{}", index)).value_or(""));
    xml.close();
  }
  return xml.finish();
}

}  // namespace

Task<int> volume_set(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  if (words.size() < 3) co_return group_usage(run);
  const std::string& name = words[2];
  Dictionary request = run.request(name);
  if (name == "all") {
    request.set_text("globalname", "All");
    request.set("hold_global_locks", std::int64_t{1});
  }
  if (words.size() == 3 && (name == "help" || name == "help-xml")) {
    request.set_text(name, name);
    request.set("count", std::int64_t{0});
    int status = co_await tried(send_set(run, std::move(request)));
    co_return status;
  }
  if (words.size() < 5) co_return group_usage(run);
  if (words.size() % 2 == 0) co_return run.usage();
  if (words.size() == 5 && words[3] == "group") {
    Dictionary where = run.request();
    Answer directory = co_await tried(run.call(cli::GetWorkingDirectory::number, std::move(where)));
    const std::string working_directory(directory.values.text("wd").value_or("/var/lib/glusterd"));
    Result<Done> added = add_group(run.world.files(), working_directory, trimmed(words[4]), request);
    if (!added) {
      run.console.error(added.error().sentence());
      co_return 1;
    }
    int status = co_await tried(send_set(run, std::move(request)));
    co_return status;
  }
  int count = 0;
  for (std::size_t index = 3; index < words.size(); index += 2) {
    const std::string& key = words[index];
    const std::string_view value =
        key.starts_with("user.") ? std::string_view(words[index + 1]) : trimmed(words[index + 1]);
    if (value.empty() || key == "group") co_return run.usage();
    if (!agreed_to(run, key, value)) co_return aborted(run);
    ++count;
    request.set_text(fmt::format("key{}", count), key);
    request.set_text(fmt::format("value{}", count), value);
  }
  request.set("count", std::int64_t{2 * count});
  int status = co_await tried(send_set(run, std::move(request)));
  co_return status;
}

Task<int> volume_get(const Invocation& run) {
  if (run.words.size() != 4) co_return run.usage();
  Dictionary request = run.request(run.words[2]);
  request.set_text("key", run.words[3]);
  Answer answer = co_await tried(run.call(cli::GetVolumeOption::number, std::move(request)));
  if (answer.op_ret != 0) {
    const std::string sentence =
        "volume get option: failed" + (answer.op_errstr.empty() ? "" : ": " + answer.op_errstr);
    if (run.settings.xml) {
      run.console.out_part(xml_message("volGetopts", sentence, answer.op_ret, answer.op_errno, answer.op_errstr));
    } else {
      run.console.error(sentence);
    }
    co_return 1;
  }
  const std::int64_t count = answer.values.number("count").value_or(0);
  if (run.settings.xml) {
    run.console.out_part(options_xml(answer, count));
  } else {
    print_options(run, answer, count);
  }
  co_return 0;
}

Task<int> volume_reset(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  if (words.size() < 3 || words.size() > 5 || (words.size() == 5 && words[4] != "force")) co_return run.usage();
  const bool force = words.size() > 3 && words.back() == "force";
  const bool one_key = words.size() == 5 || (words.size() == 4 && !force);
  Dictionary request = run.request(words[2]);
  request.set_text("key", one_key ? words[3] : "all");
  if (force) request.set("force", std::int64_t{1});
  Answer answer = co_await tried(run.call(cli::ResetVolume::number, std::move(request)));
  std::string sentence = answer.op_errstr;
  if (sentence.empty()) sentence = answer.op_ret == 0 ? "reset volume successful" : "reset volume unsuccessful";
  if (run.settings.xml) {
    run.console.out_part(xml_message("volReset", sentence, answer.op_ret, answer.op_errno, answer.op_errstr));
    co_return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out("volume reset: success: " + sentence);
    co_return 0;
  }
  run.console.error("volume reset: failed: " + sentence);
  co_return 1;
}

}  // namespace mortar::command
