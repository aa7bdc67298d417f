#include <algorithm>
#include <limits>
#include <numeric>

#include "pool/option_table.h"

namespace mortar {

namespace {

// Edits (insert, delete, replace) that make one word of the other.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t line = 0; line < one.size(); ++line) {
    std::size_t diagonal = row[0];
    row[0] = line + 1;
    for (std::size_t column = 0; column < other.size(); ++column) {
      const std::size_t replaced = diagonal + (one[line] == other[column] ? 0 : 1);
      diagonal = row[column + 1];
      row[column + 1] = std::min({replaced, row[column] + 1, diagonal + 1});
    }
  }
  return row[other.size()];
}

std::string_view without_class(std::string_view key) { return key.substr(key.find('.') + 1); }

}  // namespace

const OptionEntry* find_option(std::string_view key) {
  auto found = std::ranges::find(option_table(), key, &OptionEntry::key);
  return found == option_table().end() ? nullptr : &*found;
}

const OptionEntry* find_option_by_word(std::string_view word) {
  if (const OptionEntry* entry = find_option(word)) return entry;
  const OptionEntry* only = nullptr;
  for (const OptionEntry& entry : option_table()) {
    if (without_class(entry.key) != word) continue;
    if (only != nullptr && only->key != entry.key) return nullptr;
    if (only == nullptr) only = &entry;
  }
  return only;
}

std::string_view nearest_option(std::string_view word) {
  word = word.substr(0, 128);
  const bool classed = word.contains('.');
  std::string_view nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const OptionEntry& entry : option_table()) {
    const std::size_t edits = distance(word, classed ? entry.key : without_class(entry.key));
    if (edits < least) {
      least = edits;
      nearest = entry.key;
    }
  }
  return nearest;
}

}  // namespace mortar
