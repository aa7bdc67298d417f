#include "translators/posix/glob.h"

#include <cstddef>

namespace mortar::posix {

namespace {

// Whether a letter is in the set that begins behind '['; `at` moves behind the set. A set without end is no set.
bool in_set(std::string_view pattern, std::size_t& at, char letter, bool& is_set) {
  std::size_t place = at;
  const bool negated = place < pattern.size() && (pattern[place] == '!' || pattern[place] == '^');
  if (negated) ++place;
  bool found = false;
  for (bool first = true; place < pattern.size(); first = false) {
    if (pattern[place] == ']' && !first) {
      at = place + 1;
      is_set = true;
      return found != negated;
    }
    const bool range = place + 2 < pattern.size() && pattern[place + 1] == '-' && pattern[place + 2] != ']';
    const char last = range ? pattern[place + 2] : pattern[place];
    found = found || (pattern[place] <= letter && letter <= last);
    place += range ? 3 : 1;
  }
  is_set = false;
  return false;
}

// One element of the pattern against one letter.
bool matches_one(std::string_view pattern, std::size_t& at, char letter) {
  const char element = pattern[at++];
  if (element == '?') return true;
  if (element == '[') {
    bool is_set = false;
    const bool in = in_set(pattern, at, letter, is_set);
    if (is_set) return in;
  }
  return element == letter;
}

}  // namespace

bool is_pattern(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

bool matches(std::string_view pattern, std::string_view text) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t in_pattern = 0, in_text = 0, star = none, starred = 0;
  while (in_text < text.size()) {
    std::size_t next = in_pattern;
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      starred = in_text;
    } else if (in_pattern < pattern.size() && matches_one(pattern, next, text[in_text])) {
      in_pattern = next;
      ++in_text;
    } else if (star != none) {
      in_pattern = star + 1;
      in_text = ++starred;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

}  // namespace mortar::posix
