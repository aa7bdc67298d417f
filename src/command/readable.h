// Numbers of the daemon as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mortar::command {

// 1536 -> "1.5KB".
std::string human_size(std::uint64_t bytes);

// How a task stands: "in progress".
std::string_view task_state(std::int64_t state);

}  // namespace mortar::command
