#include "base/log.h"

#include <fmt/chrono.h>

#include <array>
#include <chrono>
#include <cstdio>

namespace mortar::log {

namespace {

constexpr std::array<std::string_view, 9> names{"EMERG",  "ALERT", "CRITICAL", "ERROR", "WARNING",
                                                "NOTICE", "INFO",  "DEBUG",    "TRACE"};
constexpr std::string_view letters = "MACEWNIDT";

Sink* current_sink = nullptr;
Level current_level = Level::info;

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "Task<Done> mortar::Posix::lookup(...)" is shown as "lookup", and so is "mortar::(anonymous namespace)::lookup(...)".
std::string_view short_function(std::string_view function) {
  constexpr std::string_view unnamed = "(anonymous namespace)";
  const std::size_t space_without_name = function.rfind(unnamed);
  if (space_without_name != std::string_view::npos) function.remove_prefix(space_without_name + unnamed.size());
  function = function.substr(0, function.find('('));
  const std::size_t space = function.rfind(' ');
  if (space != std::string_view::npos) function.remove_prefix(space + 1);
  const std::size_t colon = function.rfind(':');
  if (colon != std::string_view::npos) function.remove_prefix(colon + 1);
  return function;
}

}  // namespace

void set_sink(Sink* sink) { current_sink = sink; }
void set_level(Level level) { current_level = level; }
Level level() { return current_level; }

bool parse_level(std::string_view text, Level& level) {
  for (std::size_t index = 0; index < names.size(); ++index) {
    const std::string_view name = names[index];
    const bool letter = text.size() == 1 && text[0] == letters[index];
    bool same = text.size() == name.size();
    for (std::size_t at = 0; same && at < text.size(); ++at) {
      same = std::toupper(static_cast<unsigned char>(text[at])) == name[at];
    }
    if (same || letter) {
      level = static_cast<Level>(index);
      return true;
    }
  }
  return false;
}

void write(Level urgency, std::string_view domain, std::string_view text, std::source_location where) {
  const auto now = std::chrono::system_clock::now();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  const std::string line = fmt::format("[{:%Y-%m-%d %H:%M:%S}.{:06} +0000] {} [{}:{}:{}] 0-{}: {}\n",
                                       fmt::gmtime(static_cast<std::time_t>(micros / 1'000'000)), micros % 1'000'000,
                                       letters[static_cast<std::size_t>(urgency)], base_name(where.file_name()),
                                       where.line(), short_function(where.function_name()), domain, text);
  if (current_sink != nullptr) {
    current_sink->write(line);
  } else {
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
}

}  // namespace mortar::log
