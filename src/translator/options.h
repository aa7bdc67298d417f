// Options are declared beside their user: one line each with its key, its member, its default, its range and what it is
// for. Reading a volume section, range errors, help texts and random values for the simulator come from that line.
//
//   struct LocksOptions {
//     bool notify_contention = true;
//     std::chrono::seconds notify_delay{5};
//     auto options(this auto& self) {
//       return std::tuple(Option{"notify-contention", self.notify_contention, "Tell the holder of a lock ..."},
//                         Option{"notify-contention-delay", self.notify_delay, "...", 0s, 60s});
//     }
//   };
//   Result<LocksOptions> options = read_options<LocksOptions>(section);
//
// The default is the member's initializer. Unknown keys of a section are ignored: stock volfiles carry many.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "base/result.h"
#include "translator/volfile.h"

namespace mortar {

// Bytes; the text may carry KB, MB, GB, TB, PB (powers of 1024).
struct Size {
  std::uint64_t bytes = 0;
  friend auto operator<=>(const Size&, const Size&) = default;
};

// A share of something: percent where the text ends in %, else bytes.
struct PercentOrSize {
  double percent = -1;  // negative: bytes count
  std::uint64_t bytes = 0;
};

template <class T>
struct Option {
  using Value = std::remove_const_t<T>;
  const char* key;
  T& member;
  const char* help;
  std::optional<Value> least{};
  std::optional<Value> most{};
};
template <class T>
Option(const char*, T&, const char*) -> Option<T>;
template <class T, class Least, class Most>
Option(const char*, T&, const char*, Least, Most) -> Option<T>;

// The text of a value; nothing where it is none of that type. Boolean words: on/off, yes/no, true/false,
// enable/disable, 1/0. Times: seconds, or with s, m, min, h, hr, d, days, w, wk.
bool parse_option(std::string_view text, bool& value);
bool parse_option(std::string_view text, std::int64_t& value);
bool parse_option(std::string_view text, std::uint64_t& value);
bool parse_option(std::string_view text, std::int32_t& value);
bool parse_option(std::string_view text, std::uint32_t& value);
bool parse_option(std::string_view text, double& value);
bool parse_option(std::string_view text, Size& value);
bool parse_option(std::string_view text, PercentOrSize& value);
bool parse_option(std::string_view text, std::chrono::seconds& value);
bool parse_option(std::string_view text, std::string& value);

Error bad_option(const VolumeSection& section, std::string_view key, std::string_view value);

template <class Options>
Result<Options> read_options(const VolumeSection& section) {
  Options read;
  std::optional<Error> error;
  auto take = [&](auto option) {
    std::optional<std::string_view> text = section.option(option.key);
    if (!text || error) return;
    auto value = option.member;
    bool fits = parse_option(*text, value);
    if constexpr (requires { value < value; }) {
      fits = fits && !(option.least && value < *option.least) && !(option.most && *option.most < value);
    }
    if (fits) {
      option.member = value;
    } else {
      error = bad_option(section, option.key, *text);
    }
  };
  std::apply([&](auto... option) { (take(option), ...); }, read.options());
  if (error) return std::unexpected(*error);
  return read;
}

}  // namespace mortar
