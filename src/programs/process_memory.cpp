#include "programs/process_memory.h"

#include <fmt/format.h>
#include <malloc.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace mortar {

namespace {

// In the order in which they are shown.
std::vector<std::pair<const char*, std::uint64_t>> process_memory() {
  const struct mallinfo2 told = ::mallinfo2();
  return {{"arena", told.arena},      {"ordblks", told.ordblks},   {"smblks", told.smblks},
          {"hblks", told.hblks},      {"hblkhd", told.hblkhd},     {"usmblks", told.usmblks},
          {"fsmblks", told.fsmblks},  {"uordblks", told.uordblks}, {"fordblks", told.fordblks},
          {"keepcost", told.keepcost}};
}

}  // namespace

Dictionary memory_status() {
  Dictionary told;
  for (const auto& [name, bytes] : process_memory()) {
    told.set_text(fmt::format("mallinfo.{}", name), fmt::format("{}", bytes));
  }
  return told;
}

std::string memory_section() {
  std::string out = "[mallinfo]\n";
  for (const auto& [name, bytes] : process_memory()) out += fmt::format("mallinfo_{}={}\n", name, bytes);
  return out;
}

}  // namespace mortar
