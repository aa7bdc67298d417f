#include "base/glob.h"

#include <cstddef>

namespace mortar {

namespace {

constexpr std::size_t none = std::string_view::npos;

// Matches one byte against what the pattern begins with, `*` excepted; consumes that part of the pattern.
bool match_one(std::string_view& pattern, char byte) {
  const char first = pattern.front();
  if (first == '[') {
    const std::size_t end = pattern.find(']', pattern.size() > 1 && pattern[1] == '!' ? 3 : 2);
    if (end != none) {
      std::string_view set = pattern.substr(1, end - 1);
      pattern.remove_prefix(end + 1);
      const bool inverted = set.starts_with('!');
      if (inverted) set.remove_prefix(1);
      bool found = false;
      for (std::size_t at = 0; at < set.size(); ++at) {
        if (at + 2 < set.size() && set[at + 1] == '-') {
          found = found || (set[at] <= byte && byte <= set[at + 2]);
          at += 2;
        } else {
          found = found || set[at] == byte;
        }
      }
      return found != inverted;
    }
  }
  if (first == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
  const bool matches = pattern.front() == byte || first == '?';
  pattern.remove_prefix(1);
  return matches;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  // Only the last star needs to be remembered: what an earlier one took does no harm.
  std::string_view after_star;
  std::size_t resume = none;
  std::size_t at = 0;
  for (;;) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      after_star = pattern;
      resume = at;
    } else if (at < text.size() && !pattern.empty() && match_one(pattern, text[at])) {
      ++at;
    } else if (at == text.size() && pattern.empty()) {
      return true;
    } else {
      if (resume == none || resume >= text.size()) return false;
      at = ++resume;
      pattern = after_star;
    }
  }
}

}  // namespace mortar
