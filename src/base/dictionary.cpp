#include "base/dictionary.h"

#include <algorithm>
#include <charconv>

namespace mortar {

namespace {

std::string_view until_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

std::optional<std::int64_t> parse_number(std::string_view text) {
  text = until_nul(text);
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::int64_t> number_of(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return static_cast<std::int64_t>(*number);
  if (const auto* text = std::get_if<Text>(&value)) return parse_number(text->value);
  if (const auto* untyped = std::get_if<Untyped>(&value)) return parse_number(untyped->value.text());
  return std::nullopt;
}

std::optional<std::string_view> text_of(const Value& value) {
  if (const auto* text = std::get_if<Text>(&value)) return text->value;
  if (const auto* untyped = std::get_if<Untyped>(&value)) return until_nul(untyped->value.text());
  if (const auto* binary = std::get_if<Slice>(&value)) return binary->text();
  return std::nullopt;
}

std::optional<Bytes> bytes_of(const Value& value) {
  if (const auto* binary = std::get_if<Slice>(&value)) return binary->bytes();
  if (const auto* untyped = std::get_if<Untyped>(&value)) return untyped->value.bytes();
  if (const auto* text = std::get_if<Text>(&value)) return as_bytes(text->value);
  if (const auto* gfid = std::get_if<Gfid>(&value)) return gfid->view();
  return std::nullopt;
}

void Dictionary::set(std::string_view key, Value value) {
  present_ = true;
  auto place = std::ranges::find(pairs_, key, &Pair::first);
  if (place != pairs_.end()) {
    place->second = std::move(value);
  } else {
    pairs_.emplace_back(std::string(key), std::move(value));
  }
}

void Dictionary::append(std::string key, Value value) {
  present_ = true;
  pairs_.emplace_back(std::move(key), std::move(value));
}

bool Dictionary::erase(std::string_view key) {
  return std::erase_if(pairs_, [key](const Pair& pair) { return pair.first == key; }) != 0;
}

const Value* Dictionary::find(std::string_view key) const {
  auto place = std::ranges::find(pairs_, key, &Pair::first);
  return place == pairs_.end() ? nullptr : &place->second;
}

std::optional<std::int64_t> Dictionary::number(std::string_view key) const {
  const Value* value = find(key);
  return value == nullptr ? std::nullopt : number_of(*value);
}

std::optional<std::string_view> Dictionary::text(std::string_view key) const {
  const Value* value = find(key);
  return value == nullptr ? std::nullopt : text_of(*value);
}

std::optional<Bytes> Dictionary::bytes(std::string_view key) const {
  const Value* value = find(key);
  return value == nullptr ? std::nullopt : bytes_of(*value);
}

std::optional<Gfid> Dictionary::gfid(std::string_view key) const {
  std::optional<Bytes> raw = bytes(key);
  return raw ? Gfid::from(*raw) : std::nullopt;
}

}  // namespace mortar
