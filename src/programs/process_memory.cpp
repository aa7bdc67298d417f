#include "programs/process_memory.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#ifdef MORTAR_TCMALLOC
#include <gperftools/malloc_extension.h>
#endif

namespace mortar {

namespace {

struct Memory {
  std::uint64_t from_system = 0;
  std::uint64_t mapped_apart = 0;
  std::uint64_t cached = 0;
  std::uint64_t used = 0;
  std::uint64_t free = 0;
};

#ifdef MORTAR_TCMALLOC
// Its own mallinfo() counts no further than 2 GiB.
Memory memory_of_process() {
  const auto property = [](const char* name) {
    std::size_t value = 0;
    MallocExtension::instance()->GetNumericProperty(name, &value);
    return value;
  };
  Memory told{.from_system = property("generic.heap_size"), .used = property("generic.current_allocated_bytes")};
  told.free = property("tcmalloc.pageheap_free_bytes") + property("tcmalloc.pageheap_unmapped_bytes");
  told.cached = told.from_system - std::min(told.from_system, told.used + told.free);
  return told;
}
#else
Memory memory_of_process() {
  const struct mallinfo2 told = ::mallinfo2();
  return {.from_system = told.arena,
          .mapped_apart = told.hblkhd,
          .cached = told.fsmblks,
          .used = told.uordblks,
          .free = told.fordblks};
}
#endif

// In the order in which they are shown. Numbers of blocks, and what could be given back at the end, have no meaning for
// what is not one heap.
std::vector<std::pair<const char*, std::uint64_t>> process_memory() {
  const Memory told = memory_of_process();
  return {{"arena", told.from_system}, {"ordblks", 0},         {"smblks", 0},
          {"hblks", 0},                {"hblkhd", told.mapped_apart}, {"usmblks", 0},
          {"fsmblks", told.cached},    {"uordblks", told.used}, {"fordblks", told.free},
          {"keepcost", 0}};
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
