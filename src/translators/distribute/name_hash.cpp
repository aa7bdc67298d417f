#include "translators/distribute/name_hash.h"

#include <fmt/format.h>
// Not std::regex, which knows another language than stock's expressions are written in and recurses with the length of
// the name.
#include <regex.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace mortar {

namespace {

class Mixer {
 public:
  using Key = std::array<std::uint32_t, 4>;

  void mix(const Key& key, int rounds) {
    std::uint32_t left = left_, right = right_, sum = 0;
    for (int round = 0; round < rounds; ++round) {
      sum += 0x9e3779b9;
      left += ((right << 4) + key[0]) ^ (right + sum) ^ ((right >> 5) + key[1]);
      right += ((left << 4) + key[2]) ^ (left + sum) ^ ((left >> 5) + key[3]);
    }
    left_ += left;
    right_ += right;
  }
  std::uint32_t hash() const { return left_ ^ right_; }

 private:
  std::uint32_t left_ = 0x9464a485;
  std::uint32_t right_ = 0x542e1a94;
};

// The first four bytes, the lowest first.
std::uint32_t take_word(std::string_view& bytes) {
  std::uint32_t word = 0;
  for (int at = 3; at >= 0; --at) word = word << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(at)]);
  bytes.remove_prefix(4);
  return word;
}

// ".name.Ab12Cd", as rsync calls a file that it has not finished: the name between the first and the last dot.
std::optional<std::string_view> inside_rsync_name(std::string_view name) {
  if (!name.starts_with('.')) return std::nullopt;
  const std::size_t last = name.rfind('.');
  if (last < 2 || last + 1 == name.size()) return std::nullopt;
  return name.substr(1, last - 1);
}
constexpr std::string_view rsync_expression = R"(^\.(.+)\.[^.]+$)";

}  // namespace

std::uint32_t hash_bytes(std::string_view bytes) {
  constexpr int rounds_of_a_block = 6, last_rounds = 10;
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::uint32_t padding = size | size << 8;
  padding |= padding << 16;

  Mixer mixer;
  Mixer::Key key;
  while (bytes.size() >= 16) {
    for (std::uint32_t& word : key) word = take_word(bytes);
    mixer.mix(key, rounds_of_a_block);
  }
  for (std::uint32_t& word : key) {
    if (bytes.size() >= 4) {
      word = take_word(bytes);
      continue;
    }
    word = padding;
    // Stock's bytes have a sign here, and it spreads over the word.
    for (const char byte : bytes) word = word << 8 | static_cast<std::uint32_t>(static_cast<signed char>(byte));
    bytes = {};
  }
  mixer.mix(key, last_rounds);
  return mixer.hash();
}

class NameHash::Expression {
 public:
  explicit Expression(const std::string& text) : error_(regcomp(&compiled_, text.c_str(), REG_EXTENDED)) {}
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  ~Expression() {
    if (error_ == 0) regfree(&compiled_);
  }

  // Null where the text is none.
  static Result<std::shared_ptr<const Expression>> make(std::string_view key, std::string_view text) {
    if (text.empty() || text == "none") return nullptr;
    auto made = std::make_shared<const Expression>(std::string(text));
    if (made->error_ == 0) return made;
    std::array<char, 128> reason{};
    regerror(made->error_, &made->compiled_, reason.data(), reason.size());
    return failed(EINVAL, fmt::format("option {} is not a regular expression: \"{}\": {}", key, text, reason.data()));
  }

  std::optional<std::string_view> first_group(std::string_view name) const {
    const std::string text(name);
    std::array<regmatch_t, 2> groups{};
    if (regexec(&compiled_, text.c_str(), groups.size(), groups.data(), 0) != 0 || groups[1].rm_so < 0) {
      return std::nullopt;
    }
    return name.substr(static_cast<std::size_t>(groups[1].rm_so),
                       static_cast<std::size_t>(groups[1].rm_eo - groups[1].rm_so));
  }

 private:
  regex_t compiled_{};
  const int error_;
};

Result<NameHash> NameHash::make(std::string_view rsync_hash_regex, std::string_view extra_hash_regex) {
  NameHash hash;
  Result<std::shared_ptr<const Expression>> extra = Expression::make("extra-hash-regex", extra_hash_regex);
  if (!extra) return std::unexpected(extra.error());
  hash.extra_ = std::move(*extra);
  hash.knows_rsync_ = rsync_hash_regex.empty() || rsync_hash_regex == rsync_expression;
  if (hash.knows_rsync_) return hash;
  Result<std::shared_ptr<const Expression>> rsync = Expression::make("rsync-hash-regex", rsync_hash_regex);
  if (!rsync) return std::unexpected(rsync.error());
  hash.rsync_ = std::move(*rsync);
  return hash;
}

std::string_view NameHash::hashed_part(std::string_view name) const {
  std::optional<std::string_view> part;
  if (extra_) part = extra_->first_group(name);
  if (!part && knows_rsync_) part = inside_rsync_name(name);
  if (!part && rsync_) part = rsync_->first_group(name);
  return part.value_or(name);
}

}  // namespace mortar
