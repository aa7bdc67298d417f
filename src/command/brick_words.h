// Bricks on the command line, as HOST:/PATH, and what is asked about them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mortar::command {

// What is asked before a volume gets two copies of each file.
inline constexpr std::string_view two_copies_question =
    "Replica 2 volumes are prone to split-brain. Use Arbiter or Replica 3 to avoid this. See: "
    "http://docs.gluster.org/en/latest/Administrator-Guide/Split-brain-and-ways-to-deal-with-it/.\n"
    "Do you still want to continue?\n";

// Bricks that are to come into a volume, in the form in which the daemon gets them. The sentence of an error is
// stock's.
Result<std::vector<std::string>> parse_new_bricks(std::span<const std::string> words);

// Bricks that a volume has.
Result<std::vector<std::string>> parse_named_bricks(std::span<const std::string> words);

}  // namespace mortar::command
