// The command line of a program as one table: what is understood and the help both come from its rows.
//
//   std::vector<OptionRow> rows{{"pid-file", 'p', Takes::a_value, "FILE", "Where to keep the id", text_into(file)}};
//   Result<CommandLine> line = read_command_line(count, words, "Usage: glusterd [OPTION...]\n", std::move(rows));
//
// Every program answers --help, --version and the --print- options by itself. GlusterFS is one program under several
// names, all with the same options: those that a program here does not have are taken, without effect.
#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mortar {

// Exit status of a program that was called wrongly.
constexpr int usage_error = 64;

enum class Takes { nothing, a_value, perhaps_a_value };

struct OptionRow {
  // Gets the value, empty where there is none. False: it is no value of this option.
  using Apply = std::function<bool(const std::string& value)>;

  const char* name;
  char letter;  // 0: none
  Takes takes;
  const char* value;  // what the help calls it
  const char* help;
  Apply apply;
};

struct CommandLine {
  std::string answer;             // to be printed instead of running; empty: none
  std::vector<std::string> rest;  // what stands behind the options
};

// `usage` is whole lines. The error's sentence is for the standard error output, behind the program's name.
Result<CommandLine> read_command_line(int count, char** words, std::string_view usage, std::vector<OptionRow> rows);
// The sentence of a misuse that the rows do not see.
std::string misuse(std::string_view sentence, std::string_view usage);

// What rows do. The variable must outlive the reading.
OptionRow::Apply text_into(std::string& into);  // not empty
OptionRow::Apply added_to(std::vector<std::string>& into);
OptionRow::Apply turns_on(bool& into);
OptionRow::Apply switch_into(bool& into);  // without a value: on

template <class T>
bool read_number(const std::string& text, T& into) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, into);
  return error == std::errc() && stop == end;
}
template <class T>
OptionRow::Apply number_into(T& into) {
  return [&into](const std::string& text) { return read_number(text, into); };
}
template <class T>
OptionRow::Apply number_into(std::optional<T>& into) {
  return [&into](const std::string& text) { return read_number(text, into.emplace()); };
}

}  // namespace mortar
