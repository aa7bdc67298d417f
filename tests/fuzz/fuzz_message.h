// What the message targets share. An input is two bytes that say which message (an index into a program's part of the
// catalogue, and whether its reply), then the bytes to decode.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "wire/catalogue.h"

namespace mortar {

inline Slice fuzz_input(const std::uint8_t* data, std::size_t size) {
  return Slice::copy(std::as_bytes(std::span(data, size)));
}

inline std::vector<const MessageEntry*> messages_of(bool file_operations) {
  std::vector<const MessageEntry*> entries;
  for (const MessageEntry& entry : all_messages()) {
    if ((entry.program == programs::operations) == file_operations) entries.push_back(&entry);
  }
  return entries;
}

// What decodes must encode to something that decodes to the same.
inline void check_stable(const MessageShape& shape, Slice bytes) {
  const std::optional<std::string> once = shape.recode(bytes);
  if (!once) return;
  const std::optional<std::string> twice = shape.recode(Slice::copy(*once));
  check(twice == once, "what was encoded decodes to the same");
  check(shape.describe(std::move(bytes)).has_value(), "what decodes can be described");
}

inline void fuzz_one_message(std::span<const MessageEntry* const> entries, Slice input) {
  if (input.size() < 2) return;
  const MessageEntry& entry = *entries[static_cast<std::uint8_t>(input.text()[0]) % entries.size()];
  const bool reply = (input.text()[1] & 1) != 0 && entry.reply;
  check_stable(reply ? *entry.reply : entry.request, input.part(2, input.size() - 2));
}

// The two bytes in front.
inline std::string fuzz_selector(std::size_t index, bool reply) {
  return {static_cast<char>(index), static_cast<char>(reply)};
}

}  // namespace mortar
