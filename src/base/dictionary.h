// Named values that travel with operations ("xdata") and in management messages. Order is kept, keys are unique.
//
// A dictionary may be absent (the wire knows NULL and empty; receivers treat both as nothing).
// Numbers may arrive in several forms: number() reads INT, UINT and decimal text alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/gfid.h"
#include "base/iatt.h"

namespace mortar {

// Three times of an object in the order of the wire.
struct Times {
  Moment accessed;
  Moment modified;
  Moment changed;
  friend bool operator==(const Times&, const Times&) = default;
};

// Text without its terminating NUL.
struct Text {
  std::string value;
  friend bool operator==(const Text&, const Text&) = default;
};

// Bytes that came from an untyped dictionary or a volfile, as they were (text carries its NUL).
struct Untyped {
  Slice value;
  friend bool operator==(const Untyped&, const Untyped&) = default;
};

// The order of the alternatives is the type number on the wire, less one.
using Value = std::variant<Untyped, std::int64_t, std::uint64_t, double, Text, Slice, Gfid, Iatt, Times>;

class Dictionary {
 public:
  using Pair = std::pair<std::string, Value>;

  bool present() const { return present_; }
  bool empty() const { return pairs_.empty(); }
  std::size_t size() const { return pairs_.size(); }
  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }

  // Replaces a value of that key.
  void set(std::string_view key, Value value);
  void set_text(std::string_view key, std::string_view text) { set(key, Text{std::string(text)}); }
  void set_bytes(std::string_view key, Bytes bytes) { set(key, Slice::copy(bytes)); }
  void set_present() { present_ = true; }
  // Appends without looking for the key: for decoders that have checked, and for makers of fresh dictionaries.
  void append(std::string key, Value value);
  bool erase(std::string_view key);

  const Value* find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }
  std::optional<std::int64_t> number(std::string_view key) const;
  // Text of TEXT and untyped values (up to the NUL), and of binary values as they are.
  std::optional<std::string_view> text(std::string_view key) const;
  std::optional<Bytes> bytes(std::string_view key) const;
  std::optional<Gfid> gfid(std::string_view key) const;

  friend bool operator==(const Dictionary&, const Dictionary&) = default;

 private:
  bool present_ = false;
  std::vector<Pair> pairs_;
};

std::optional<std::int64_t> number_of(const Value& value);
std::optional<std::string_view> text_of(const Value& value);
std::optional<Bytes> bytes_of(const Value& value);

}  // namespace mortar
