#include "command/events_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mortar::command {

namespace {

constexpr std::string_view program = "gluster-eventsapi";
constexpr EventsOption json_option{"--json", "", ""};
constexpr EventsOption help_option{"--help", "-h", ""};
constexpr std::array<EventsOption, 2> secrets{{{"--bearer_token", "-t", "BEARER_TOKEN"}, {"--secret", "-s", "SECRET"}}};
constexpr std::array<EventsOption, 1> by_name{{{"--name", "", "NAME"}}};
constexpr std::array<std::string_view, 1> url{"url"};
constexpr std::array<std::string_view, 1> name{"name"};
constexpr std::array<std::string_view, 2> name_and_value{"name", "value"};

std::string list_of_commands() {
  std::string text;
  for (const EventsSyntax& command : events_commands())
    text += fmt::format("{}{}", text.empty() ? "" : ",", command.name);
  return "{" + text + "}";
}

std::string usage() {
  const std::string indent(std::string_view("usage: gluster-eventsapi ").size(), ' ');
  return fmt::format("usage: {} [-h]\n{}{}\n{}...\n", program, indent, list_of_commands(), indent);
}

std::string help() {
  return usage() + fmt::format(
                       "\npositional arguments:\n  {}\n\noptions:\n  -h, --help            show this help message "
                       "and exit\n",
                       list_of_commands());
}

std::string usage_of(const EventsSyntax& command) {
  std::string text = fmt::format("usage: {} {} [-h]", program, command.name);
  for (const EventsOption& option : command.options) text += fmt::format(" [{} {}]", option.name, option.value);
  text += " [--json]";
  for (std::string_view argument : command.arguments) text += fmt::format(" {}", argument);
  return text + "\n";
}

// Abbreviated as long as it is clear what is meant.
const EventsOption* find_option(const EventsSyntax& command, std::string_view word) {
  std::vector<const EventsOption*> candidates{&json_option, &help_option};
  for (const EventsOption& option : command.options) candidates.push_back(&option);
  const EventsOption* meant = nullptr;
  for (const EventsOption* option : candidates) {
    if (word == option->name || word == option->other) return option;
    if (!word.starts_with("--") || !option->name.starts_with(word)) continue;
    if (meant != nullptr) return nullptr;
    meant = option;
  }
  return meant;
}

class Reader {
 public:
  Reader(const EventsSyntax& command, std::span<const std::string> words) : command_(command), words_(words) {
    read_.command = command.name;
  }

  EventsWords read() {
    while (at_ < words_.size() && read_.error.empty() && read_.help.empty()) {
      const std::string& word = words_[at_++];
      if (!only_arguments_ && word == "--") {
        only_arguments_ = true;
      } else if (!only_arguments_ && word.size() > 1 && word.starts_with('-')) {
        take_option(word);
      } else {
        take_argument(word);
      }
    }
    if (read_.error.empty() && read_.help.empty() && taken_ < command_.arguments.size()) {
      std::string missing;
      for (std::string_view argument : command_.arguments.subspan(taken_)) {
        missing += fmt::format("{}{}", missing.empty() ? "" : ", ", argument);
      }
      fail(fmt::format("the following arguments are required: {}", missing));
    }
    return std::move(read_);
  }

 private:
  void fail(std::string_view what) {
    read_.error = fmt::format("{}{} {}: error: {}", usage_of(command_), program, command_.name, what);
  }

  void take_argument(const std::string& word) {
    if (taken_ == command_.arguments.size()) return fail(fmt::format("unrecognized arguments: {}", word));
    read_.values[command_.arguments[taken_++]] = word;
  }

  // --secret WORD, --secret=WORD, -s WORD
  void take_option(std::string_view word) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const EventsOption* option = find_option(command_, word.substr(0, equals));
    if (option == nullptr) return fail(fmt::format("unrecognized arguments: {}", word.substr(0, equals)));
    if (option->value.empty()) {
      if (option->name == json_option.name) read_.json = true;
      if (option->name == help_option.name) read_.help = usage_of(command_);
      return;
    }
    if (equals == word.size() && at_ == words_.size()) {
      return fail(fmt::format("argument {}: expected one argument", option->name));
    }
    read_.values[option->name.substr(2)] = equals < word.size() ? std::string(word.substr(equals + 1)) : words_[at_++];
  }

  const EventsSyntax& command_;
  std::span<const std::string> words_;
  std::size_t at_ = 0;
  std::size_t taken_ = 0;
  bool only_arguments_ = false;
  EventsWords read_;
};

}  // namespace

const std::vector<EventsSyntax>& events_commands() {
  static const std::vector<EventsSyntax> commands{
      {"reload", {}, {}},
      {"status", {}, {}},
      {"webhook-add", secrets, url},
      {"webhook-mod", secrets, url},
      {"webhook-del", {}, url},
      {"webhook-test", secrets, url},
      {"config-get", by_name, {}},
      {"config-set", {}, name_and_value},
      {"config-reset", {}, name},
      {"sync", {}, {}},
  };
  return commands;
}

EventsWords read_events_words(const std::vector<std::string>& words) {
  EventsWords read;
  if (words.empty() || words.front() == help_option.name || words.front() == help_option.other) {
    read.help = help();
    return read;
  }
  const auto& commands = events_commands();
  const auto command = std::ranges::find(commands, words.front(), &EventsSyntax::name);
  if (command == commands.end()) {
    read.error = fmt::format("{}{}: error: there is no command '{}'", usage(), program, words.front());
    return read;
  }
  return Reader(*command, std::span(words).subspan(1)).read();
}

}  // namespace mortar::command
