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

#ifdef MORTAR_TCMALLOC
// Its own mallinfo() counts no further than 2 GiB. What is not one heap has no numbers of blocks, and no end that could
// be given back.
struct mallinfo2 told_by_allocator() {
  const auto property = [](const char* name) {
    std::size_t value = 0;
    MallocExtension::instance()->GetNumericProperty(name, &value);
    return value;
  };
  struct mallinfo2 told {};
  told.arena = property("generic.heap_size");
  told.uordblks = property("generic.current_allocated_bytes");
  told.fordblks = property("tcmalloc.pageheap_free_bytes") + property("tcmalloc.pageheap_unmapped_bytes");
  told.fsmblks = told.arena - std::min(told.arena, told.uordblks + told.fordblks);
  return told;
}
#else
struct mallinfo2 told_by_allocator() { return ::mallinfo2(); }
#endif

// In the order in which they are shown.
std::vector<std::pair<const char*, std::uint64_t>> process_memory() {
  const struct mallinfo2 told = told_by_allocator();
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
