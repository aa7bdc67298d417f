#include "command/words.h"

namespace mortar::command {

std::optional<std::string_view> word_meant(std::string_view text, std::span<const std::string_view> words) {
  std::optional<std::string_view> meant;
  for (std::string_view word : words) {
    if (word == text) return word;
    if (!word.starts_with(text)) continue;
    if (meant) return std::nullopt;
    meant = word;
  }
  return meant;
}

}  // namespace mortar::command
