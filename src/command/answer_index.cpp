#include "command/answer_index.h"

#include <charconv>

namespace mortar::command {

double AnswerIndex::fraction(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) return 0;
  if (const auto* number = std::get_if<double>(value)) return *number;
  const std::string_view text = text_of(*value).value_or("");
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace mortar::command
