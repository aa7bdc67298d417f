// What this process has from the system's allocator, in the words of mallinfo(3).
#pragma once

#include <string>

#include "base/dictionary.h"

namespace mortar {

// In the keys that answers to `volume status NAME mem` have.
Dictionary memory_status();
// As a section of a state dump.
std::string memory_section();

}  // namespace mortar
