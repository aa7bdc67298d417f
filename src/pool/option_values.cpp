#include "pool/option_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/units.h"
#include "pool/pool.h"

namespace mortar {

namespace {

// As the sentences call it: the translator's own name, or the key's for what has none.
std::string_view name_of(const OptionEntry& option) {
  // A process has one log, whatever the keys of bricks and clients are called.
  if (option.name.starts_with('!') && option.translator_type == "debug/io-stats") {
    for (std::string_view whose : {"!brick-", "!client-"}) {
      if (option.name.starts_with(whose)) return option.name.substr(whose.size());
    }
    return option.name.substr(1);
  }
  if (!option.name.starts_with('!')) return option.name;
  return option.key.substr(option.key.find('.') + 1);
}

std::optional<std::int64_t> whole_number(std::string_view text, int base) {
  std::int64_t value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Decimal. With a zero in front stock reads another number than Mortar does, so nobody gets one.
std::optional<std::int64_t> integer(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  return whole_number(text, 10);
}

std::string lower(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? char(letter - 'A' + 'a') : letter;
  });
  return word;
}

// A number and a word that `factor_of` knows, or none.
using FactorOf = std::optional<std::int64_t> (*)(std::string_view unit);
std::optional<double> with_unit(std::string_view text, FactorOf factor_of) {
  const std::string word = lower(text);
  double value = 0;
  auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value, std::chars_format::fixed);
  if (problem != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  const std::optional<std::int64_t> factor = factor_of(std::string_view(end, word.data() + word.size()));
  if (!factor) return std::nullopt;
  return value * static_cast<double>(*factor);
}

std::optional<std::int64_t> no_unit(std::string_view unit) {
  if (unit.empty()) return 1;
  return std::nullopt;
}

bool has_range(const OptionEntry& option) { return option.least != 0 || option.most != 0; }

std::unexpected<Error> bad(std::string sentence) { return failed(EINVAL, std::move(sentence)); }

Result<Done> check_range(const OptionEntry& option, std::string_view value, double number, std::string_view shown) {
  if (!has_range(option) || (number >= option.least && number <= option.most)) return done;
  if (option.kind == OptionKind::integer && std::isinf(option.most)) {
    return bad(fmt::format("'{}' in 'option {} {}' is smaller than minimum value '{:.0f}'", shown, name_of(option),
                           value, option.least));
  }
  return bad(fmt::format("'{}' in 'option {} {}' is out of range [{:.0f} - {:.0f}]", shown, name_of(option), value,
                         option.least, option.most));
}

Result<Done> check_boolean(const OptionEntry& option, std::string_view value) {
  if (boolean_word(value)) return done;
  // What adds or removes a translator fails in stock while the graph is built, without a reason.
  if (option.name == "!perf" || option.name == "!feat" || option.name == "!shard") {
    return bad("Error, Validation Failed");
  }
  return bad(fmt::format("option {} {}: '{}' is not a valid boolean value", name_of(option), value, value));
}

Result<Done> check_integer(const OptionEntry& option, std::string_view value) {
  std::optional<std::int64_t> number = integer(value);
  if (!number) return bad(fmt::format("invalid number format \"{}\" in option \"{}\"", value, name_of(option)));
  return check_range(option, value, static_cast<double>(*number), fmt::to_string(*number));
}

// The zero in front is asked for because stock reads "77" as a decimal number and the brick as an octal one.
Result<Done> check_octal(const OptionEntry& option, std::string_view value) {
  std::optional<std::int64_t> bits;
  if (value.starts_with('0')) bits = whole_number(value, 8);
  if (bits && static_cast<double>(*bits) <= option.most) return done;
  return bad(fmt::format("option {} {}: '{}' is no octal number with a zero in front, from 0 to 0{:o}", name_of(option),
                         value, value, static_cast<unsigned>(option.most)));
}

// Units are written out, KB and not K: stock clients read no others.
std::optional<std::int64_t> bytes_in_unit(std::string_view unit) {
  if (!unit.empty() && !unit.ends_with('b')) return std::nullopt;
  return bytes_in(unit);
}

Result<Done> check_size(const OptionEntry& option, std::string_view value) {
  std::optional<double> number = size_in_bytes(value);
  if (!number || *number >= 0x1p63) {
    return bad(fmt::format("invalid number format \"{}\" in option \"{}\"", value, name_of(option)));
  }
  return check_range(option, value, *number, fmt::format("{:.0f}", *number));
}

// Beside a percentage: a fraction is taken for one that lacks its sign.
Result<Done> check_whole_size(const OptionEntry& option, std::string_view value) {
  if (const std::optional<double> number = with_unit(value, no_unit); number && *number != std::floor(*number)) {
    return bad(fmt::format("'{:f}' in 'option {} {}' should not be fractional value. Use valid unsigned integer value.",
                           *number, name_of(option), value));
  }
  return check_size(option, value);
}

Result<Done> check_percent(const OptionEntry& option, std::string_view value) {
  std::string_view digits = value.ends_with('%') ? value.substr(0, value.size() - 1) : value;
  std::optional<double> number = with_unit(digits, no_unit);
  if (!number) return bad(fmt::format("invalid percent format \"{}\" in \"option {}\"", value, name_of(option)));
  if (*number > 100) {
    return bad(fmt::format("'{:f}' in 'option {} {}' is out of range [0 - 100]", *number, name_of(option), value));
  }
  return done;
}

Result<Done> check_time(const OptionEntry& option, std::string_view value) {
  std::optional<double> number = with_unit(value, seconds_in);
  if (!number || value.contains('.')) {
    return bad(fmt::format("invalid time format \"{}\" in \"option {}\"", value, name_of(option)));
  }
  return check_range(option, value, *number, fmt::format("{:.0f}", *number));
}

Result<Done> check_choice(const OptionEntry& option, std::string_view value) {
  std::string possible;
  std::string_view rest = option.values;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    std::string_view word = rest.substr(0, end);
    const bool exact = option.kind == OptionKind::exact_word;
    if (exact ? word == value : lower(word) == lower(value)) return done;
    if (!possible.empty()) possible += ", ";
    possible += word;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return bad(fmt::format("option {} {}: '{}' is not valid (possible options are {}.)", name_of(option), value, value,
                         possible));
}

Result<Done> check_path(const OptionEntry& option, std::string_view value) {
  if (value.contains("../")) return bad(fmt::format("invalid path given '{}'", value));
  if (!value.starts_with('/')) {
    return bad(fmt::format("option {} {}: '{}' is not an absolute path name", name_of(option), value, value));
  }
  return done;
}

// The parts of a list, each of which must fit.
template <class Fits>
bool all_parts(std::string_view list, char separator, Fits fits) {
  while (true) {
    const std::size_t end = std::min(list.find(separator), list.size());
    if (!fits(list.substr(0, end))) return false;
    if (end == list.size()) return true;
    list.remove_prefix(end + 1);
  }
}

// An address, a name, a pattern of either, or a network: 10.0.0.1, host, 10.*, 10.0.0.0/8.
bool is_address(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && !whole_number(text.substr(slash + 1), 10)) return false;
  text = text.substr(0, slash);
  const auto is_letter = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           std::string_view(".:-_*?[]").contains(letter);
  };
  return std::ranges::all_of(text, is_letter) && all_parts(text, '.', [](std::string_view part) {
           return !part.empty() && part.front() != '-' && part.back() != '-';
         });
}

// Addresses separated by commas; those of a directory: "/dir(10.0.0.1|host)".
Result<Done> check_addresses(const OptionEntry& option, std::string_view value) {
  const bool fits = all_parts(value, ',', [](std::string_view part) {
    const std::size_t open = part.find('(');
    if (!part.starts_with('/') || open == std::string_view::npos || !part.ends_with(')')) return is_address(part);
    return all_parts(part.substr(open + 1, part.size() - open - 2), '|', is_address);
  });
  if (fits) return done;
  return bad(fmt::format("option {} {}: '{}' is not a valid internet-address-list", name_of(option), value, value));
}

}  // namespace

std::optional<double> size_in_bytes(std::string_view value) { return with_unit(value, bytes_in_unit); }

Result<Done> check_option_value(const OptionEntry& option, std::string_view value) {
  if (value.empty()) return bad(fmt::format("Option {} needs a value; `volume reset` takes it back.", option.key));
  // A line break or a quote would end the option's line in a volfile or in the store.
  if (value.find_first_of("\n\r\"`") != std::string_view::npos || value.size() > 4096) {
    return bad(fmt::format("The value of option {} holds a line break or a quote, or is too long.", option.key));
  }
  switch (option.kind) {
    case OptionKind::boolean: return check_boolean(option, value);
    case OptionKind::integer: return check_integer(option, value);
    case OptionKind::octal: return check_octal(option, value);
    case OptionKind::size: return check_size(option, value);
    case OptionKind::percent: return check_percent(option, value);
    case OptionKind::percent_or_size:
      return value.ends_with('%') ? check_percent(option, value) : check_whole_size(option, value);
    case OptionKind::time: return check_time(option, value);
    case OptionKind::choice:
    case OptionKind::exact_word: return check_choice(option, value);
    case OptionKind::path: return check_path(option, value);
    case OptionKind::address_list: return check_addresses(option, value);
    case OptionKind::text: return done;
  }
  return done;
}

}  // namespace mortar
