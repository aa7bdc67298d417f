#include "simulation/trace.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace mortar {

void Trace::mix(std::string_view bytes) { hash_ = XXH64(bytes.data(), bytes.size(), hash_); }

void Trace::note(std::string_view what, std::initializer_list<std::uint64_t> numbers, std::string_view text) {
  ++events_;
  mix(what);
  for (std::uint64_t number : numbers) {
    mix({reinterpret_cast<const char*>(&number), sizeof number});
  }
  mix(text);
  if (!keeps_lines_) return;
  std::string line(what);
  for (std::uint64_t number : numbers) line += fmt::format(" {}", number);
  if (!text.empty()) line += fmt::format(" {} bytes, hash {:016x}", text.size(), XXH64(text.data(), text.size(), 0));
  lines_.push_back(std::move(line));
}

}  // namespace mortar
