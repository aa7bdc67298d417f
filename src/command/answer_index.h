// A daemon's answer about many bricks is long and asked for many keys: the index finds each without reading it through.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/dictionary.h"

namespace mortar::command {

class AnswerIndex {
 public:
  // The answer stays where it is.
  explicit AnswerIndex(const Dictionary& values) {
    for (const auto& [key, value] : values) places_.try_emplace(key, &value);
  }

  const Value* find(std::string_view key) const {
    const auto place = places_.find(key);
    return place == places_.end() ? nullptr : place->second;
  }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  // 0 and the empty text where there is none.
  std::int64_t number(std::string_view key) const {
    const Value* value = find(key);
    return value == nullptr ? 0 : number_of(*value).value_or(0);
  }
  double fraction(std::string_view key) const;
  std::string text(std::string_view key) const {
    const Value* value = find(key);
    return value == nullptr ? "" : std::string(text_of(*value).value_or(""));
  }

 private:
  std::unordered_map<std::string_view, const Value*> places_;
};

}  // namespace mortar::command
