#include "command/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "command/heal_call.h"

namespace mortar::command {

namespace {

constexpr std::string_view version_text =
    "glusterfs 10.3\n"
    "Mortar, a distributed file system that takes over GlusterFS volumes.\n"
    "It comes without any warranty and is licensed under the Apache License, Version 2.0.";

// What follows "name=" in an option of that name.
std::optional<std::string> value_of(std::string_view option, std::string_view name) {
  if (!option.starts_with(name) || option.size() <= name.size() || option[name.size()] != '=') return std::nullopt;
  return std::string(option.substr(name.size() + 1));
}

bool is_log_level(std::string text) {
  static constexpr std::array<std::string_view, 7> levels{"CRITICAL", "ERROR", "WARNING", "INFO",
                                                          "DEBUG",    "TRACE", "NONE"};
  std::ranges::transform(text, text.begin(), [](unsigned char letter) { return std::toupper(letter); });
  return std::ranges::find(levels, text) != levels.end();
}

bool parse_timeout(const std::string& text, std::chrono::seconds& timeout) {
  long seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds <= 0) return false;
  timeout = std::chrono::seconds(seconds);
  return true;
}

// The status to leave with, where the option is one that only prints.
std::optional<int> print_option(std::string_view option, const Places& places, Console& console) {
  if (option == "help") {
    console.out(help_text());
  } else if (option == "version") {
    console.out(version_text);
  } else if (option == "print-logdir") {
    console.out(places.log_directory);
  } else if (option == "print-statedumpdir") {
    console.out(places.state_dump_directory);
  } else {
    return std::nullopt;
  }
  return 0;
}

// Whether the option is known. A bad timeout answers with `status`.
bool set_option(std::string_view option, Settings& settings, Console& console, std::optional<int>& status) {
  if (option == "xml") return settings.xml = true;
  if (option == "wignore") return settings.ignore_warnings = true;
  if (option == "wignore-partition") return settings.ignore_partition = true;
  if (option == "inet6") return settings.inet6 = true;
  if (option == "nolog") return true;
  if (auto mode = value_of(option, "mode")) {
    settings.script = *mode == "script";
    return *mode == "script" || *mode == "interactive";
  }
  if (auto host = value_of(option, "remote-host")) return settings.remote_host = *host, true;
  if (auto path = value_of(option, "glusterd-sock")) return settings.socket = *path, true;
  if (auto level = value_of(option, "log-level")) return is_log_level(*level);
  if (auto timeout = value_of(option, "timeout")) {
    if (!parse_timeout(*timeout, settings.timeout)) {
      console.error("timeout value should be a positive integer");
      status = 254;
    }
    return true;
  }
  // What goes wrong is told to who asked: there is no log to choose a place for.
  return value_of(option, "log-file") || value_of(option, "secure-mgmt");
}

}  // namespace

std::string usage_text() {
  return "\n Usage: gluster [options] <help> <peer> <pool> <volume>\n"
         " Options:\n"
         " --help  Shows the help information\n"
         " --version  Shows the version\n"
         " --print-logdir  Shows the log directory\n"
         " --print-statedumpdir Shows the state dump directory\n";
}

std::string help_text() {
  return " peer help                - display help for peer commands\n"
         " volume help              - display help for volume commands\n"
         " volume bitrot help       - display help for volume bitrot commands\n"
         " volume quota help        - display help for volume quota commands\n"
         " snapshot help            - display help for snapshot commands\n"
         " global help              - list global commands\n";
}

Parsed parse_arguments(const std::vector<std::string>& arguments, const Places& places, Console& console) {
  Parsed parsed;
  parsed.settings.socket = places.socket;
  parsed.settings.heal_program = fmt::format("{}/{}", places.programs, heal_call::program);
  bool options_ended = false;
  for (const std::string& argument : arguments) {
    if (options_ended || !argument.starts_with("--")) {
      parsed.settings.words.push_back(argument);
      continue;
    }
    const std::string_view option = std::string_view(argument).substr(2);
    if (option.empty()) {
      options_ended = true;
      continue;
    }
    parsed.exit_status = print_option(option, places, console);
    if (parsed.exit_status) return parsed;
    if (!set_option(option, parsed.settings, console, parsed.exit_status)) {
      console.out("unrecognized option " + argument);
      console.out(usage_text());
      parsed.exit_status = 255;
    }
    if (parsed.exit_status) return parsed;
  }
  return parsed;
}

}  // namespace mortar::command
