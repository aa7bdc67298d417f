// The words of gluster-eventsapi: which commands there are, and what each takes.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mortar::command {

struct EventsOption {
  std::string_view name;   // "--bearer_token"
  std::string_view other;  // "-t"; empty: none
  std::string_view value;  // what the help calls it; empty: it takes none
};

struct EventsSyntax {
  std::string_view name;
  std::span<const EventsOption> options;        // beside --help and --json
  std::span<const std::string_view> arguments;  // each must be there
};

const std::vector<EventsSyntax>& events_commands();

struct EventsWords {
  std::string_view command;
  std::map<std::string_view, std::string> values;  // by an argument's name, or an option's without dashes
  bool json = false;
  std::string help;   // set: asked for
  std::string error;  // set: what is wrong, and the usage

  std::string value(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  }
};

EventsWords read_events_words(const std::vector<std::string>& words);

}  // namespace mortar::command
