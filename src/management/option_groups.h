// Options that are set together: `volume set VOL group NAME` reads them from a file in the daemon's working directory.
//
// These are the files that GlusterFS 10 installs. The daemon writes those that are missing when it starts; what an
// administrator changed or added stays.
#pragma once

#include <span>
#include <string_view>

namespace mortar {

struct OptionGroup {
  std::string_view name;
  std::string_view options;  // lines of "key=value"
};

std::span<const OptionGroup> option_groups();

}  // namespace mortar
