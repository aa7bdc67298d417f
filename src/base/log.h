// Log lines in the form that scripts around GlusterFS read:
//   [2026-01-02 03:04:05.123456 +0000] E [MSGID: 106010] [file.cpp:LINE:function] 0-domain: text
//
// The sink is process-wide, set once by main; a library never decides where lines go. Formatting happens only for lines
// that are written.
#pragma once

#include <fmt/format.h>

#include <source_location>
#include <string>
#include <string_view>

namespace mortar::log {

// The letters of the stock log, most urgent first: A C E W N I D T; M (emergency) is never lower.
enum class Level { emergency, alert, critical, error, warning, notice, info, debug, trace };

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::string_view line) = 0;
};

// Null writes to the standard error output.
void set_sink(Sink* sink);
void set_level(Level level);
Level level();
// INFO, info, I: nothing if unknown.
bool parse_level(std::string_view text, Level& level);

void write(Level level, std::string_view domain, std::string_view text, std::source_location where);

template <class... Arguments>
struct Format {
  fmt::format_string<Arguments...> format;
  std::source_location where;
  template <class T>
  consteval Format(const T& text, std::source_location from = std::source_location::current())
      : format(text), where(from) {}
};

template <class... Arguments>
void at(Level urgency, std::string_view domain, Format<std::type_identity_t<Arguments>...> format,
        Arguments&&... arguments) {
  if (urgency > level()) return;
  write(urgency, domain, fmt::format(format.format, std::forward<Arguments>(arguments)...), format.where);
}

template <class... Arguments>
void error(std::string_view domain, Format<std::type_identity_t<Arguments>...> format, Arguments&&... arguments) {
  at<Arguments...>(Level::error, domain, format, std::forward<Arguments>(arguments)...);
}
template <class... Arguments>
void warning(std::string_view domain, Format<std::type_identity_t<Arguments>...> format, Arguments&&... arguments) {
  at<Arguments...>(Level::warning, domain, format, std::forward<Arguments>(arguments)...);
}
template <class... Arguments>
void info(std::string_view domain, Format<std::type_identity_t<Arguments>...> format, Arguments&&... arguments) {
  at<Arguments...>(Level::info, domain, format, std::forward<Arguments>(arguments)...);
}
template <class... Arguments>
void debug(std::string_view domain, Format<std::type_identity_t<Arguments>...> format, Arguments&&... arguments) {
  at<Arguments...>(Level::debug, domain, format, std::forward<Arguments>(arguments)...);
}

}  // namespace mortar::log
