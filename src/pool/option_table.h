// Every option of `volume set`, with what is needed to check a value, to show it and to write it where it belongs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mortar {

enum class OptionKind : std::uint8_t {
  boolean,
  integer,
  octal,  // permission bits
  size,
  percent,
  percent_or_size,
  time,
  choice,      // one word of `values`
  exact_word,  // the same, in exactly that spelling
  text,
  path,
  address_list,
};

enum class OptionScope : std::uint8_t { volume, pool };

struct OptionEntry {
  // What clients are told by a change, and how an option may be taken back.
  static constexpr std::uint8_t client = 1;       // it stands in client volfiles
  static constexpr std::uint8_t translator = 2;   // it adds or removes a translator
  static constexpr std::uint8_t needs_force = 4;  // reset only with force
  static constexpr std::uint8_t never_reset = 8;  // not by reset at all
  // What it switches on is not there: it would be believed to be, or the brick or the client would not start.
  static constexpr std::uint8_t not_here = 16;
  // How `volume get` shows it: the default without the mark of one, and not among all options of a volume.
  static constexpr std::uint8_t plain = 32;
  static constexpr std::uint8_t unlisted = 64;

  std::string_view key;
  OptionKind kind;
  OptionScope scope;
  std::uint8_t flags;
  bool documented;  // shown by `volume set help`
  std::uint32_t op_version;
  // The range, inclusive; both zero: none. A most of zero with a least: no upper bound.
  double least;
  double most;
  std::string_view values;           // of a choice, separated by '|'
  std::string_view translator_type;  // "performance/io-cache"
  // The name in a volfile; a leading '!' means that the volfile writer knows what to do with it.
  std::string_view name;
  std::string_view shown_default;  // by `volume get`
  std::string_view written;        // into volfiles although nobody set it; empty: nothing
  std::string_view help;
};

// In the order in which the writer puts them into volfiles. An option of two translators is there twice.
std::span<const OptionEntry> option_table();

// By the whole key; null where there is none.
const OptionEntry* find_option(std::string_view key);
// By the whole key, or by what follows the class where only one option has that name ("cache-size"). Null also where
// several have it.
const OptionEntry* find_option_by_word(std::string_view word);
// The key that looks most like the word.
std::string_view nearest_option(std::string_view word);

// Keys of users' own, kept and handed to hooks: "user.anything".
inline bool is_user_option(std::string_view key) { return key.starts_with("user.") && key.size() > 5; }

}  // namespace mortar
