// What a volume may be called and how a brick is written.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mortar {

inline constexpr std::size_t longest_volume_name = 256;
inline constexpr std::size_t longest_brick_path = 4095;

// The error's sentence is the stock one (management 3.1).
Result<Done> check_volume_name(std::string_view name);

struct BrickWord {
  std::string host;
  std::string path;
};

// HOST:/absolute/path; trailing and double slashes are dropped. "." and ".." in a path are refused: the path names
// files of the store and of the run directory.
Result<BrickWord> parse_brick(std::string_view text);

// a/b -> a-b: paths inside file names. A leading slash becomes a dash too.
std::string dashed(std::string_view path);

// One path is the other, or inside it.
bool paths_overlap(std::string_view one, std::string_view other);

}  // namespace mortar
