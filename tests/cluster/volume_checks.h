// What must hold of a volume once everything is at rest: no lock is left, the bricks are sound, and what they hold fits
// together.
#pragma once

#include <string>

#include "volume_under_test.h"

namespace mortar::sim {

// Nobody uses the volume any more, all files are closed. Stops it. The first thing found wrong, or empty. `fits`: what
// the bricks hold is to fit together.
std::string judge_the_end(VolumeUnderTest& volume, bool fits);

}  // namespace mortar::sim
