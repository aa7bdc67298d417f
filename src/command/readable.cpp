#include "command/readable.h"

#include <fmt/format.h>

#include <array>

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 9> task_states{
    "not started",        "in progress",          "stopped",          "completed", "failed", "fix-layout in progress",
    "fix-layout stopped", "fix-layout completed", "fix-layout failed"};

}  // namespace

std::string human_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> units{"Bytes", "KB", "MB", "GB", "TB"};
  if (bytes < 1024) return fmt::format("{}Bytes", bytes);
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f}{}", value, units[unit]);
}

std::string_view task_state(std::int64_t state) {
  const auto place = static_cast<std::size_t>(state);
  return place < task_states.size() ? task_states[place] : "unknown";
}

}  // namespace mortar::command
