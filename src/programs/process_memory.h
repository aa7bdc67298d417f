// What this process has from the system's allocator, in the words of mallinfo(3).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mortar {

// "arena", "ordblks", ... in the order in which they are shown.
std::vector<std::pair<const char*, std::uint64_t>> process_memory();
// As a section of a state dump.
std::string memory_section();

}  // namespace mortar
