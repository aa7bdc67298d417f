#include "translator/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/units.h"

namespace mortar {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return out;
}

// The number at the start and what follows it.
template <class T>
bool split_number(std::string_view text, T& number, std::string_view& rest) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  return true;
}

template <class T>
bool parse_whole(std::string_view text, T& value) {
  std::string_view rest;
  return split_number(text, value, rest) && rest.empty();
}

}  // namespace

bool parse_option(std::string_view text, bool& value) {
  const std::string word = lower(text);
  for (std::string_view yes : {"on", "yes", "true", "enable", "1"}) {
    if (word == yes) return value = true, true;
  }
  for (std::string_view no : {"off", "no", "false", "disable", "0"}) {
    if (word == no) return value = false, true;
  }
  return false;
}

bool parse_option(std::string_view text, std::int64_t& value) { return parse_whole(text, value); }
bool parse_option(std::string_view text, std::uint64_t& value) { return parse_whole(text, value); }
bool parse_option(std::string_view text, std::int32_t& value) { return parse_whole(text, value); }
bool parse_option(std::string_view text, std::uint32_t& value) { return parse_whole(text, value); }
bool parse_option(std::string_view text, double& value) { return parse_whole(text, value); }

bool parse_option(std::string_view text, Size& value) {
  double number = 0;
  std::string_view rest;
  if (!split_number(text, number, rest) || number < 0) return false;
  const std::optional<std::int64_t> unit = bytes_in(lower(rest));
  if (!unit) return false;
  const double bytes = number * static_cast<double>(*unit);
  if (bytes >= 0x1p63) return false;
  value.bytes = static_cast<std::uint64_t>(bytes);
  return true;
}

bool parse_option(std::string_view text, PercentOrSize& value) {
  if (!text.empty() && text.back() == '%') {
    double percent = 0;
    if (!parse_whole(text.substr(0, text.size() - 1), percent) || percent < 0 || percent > 100) return false;
    value = {percent, 0};
    return true;
  }
  Size size;
  if (!parse_option(text, size)) return false;
  value = {-1, size.bytes};
  return true;
}

bool parse_option(std::string_view text, std::chrono::seconds& value) {
  std::int64_t number = 0;
  std::string_view rest;
  if (!split_number(text, number, rest)) return false;
  const std::optional<std::int64_t> unit = seconds_in(lower(rest));
  if (!unit || std::abs(number) > std::numeric_limits<std::int64_t>::max() / 604800 / 2) return false;
  value = std::chrono::seconds(number * *unit);
  return true;
}

bool parse_option(std::string_view text, std::string& value) {
  value = text;
  return true;
}

Error bad_option(const VolumeSection& section, std::string_view key, std::string_view value) {
  return Error(EINVAL, fmt::format("volume {}: option {} cannot be \"{}\"", section.name, key, value));
}

}  // namespace mortar
