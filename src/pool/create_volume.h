// volume create: a new volume of bricks nobody uses.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct CreateVolume {
  Volume volume;  // complete, but for what apply() adds
  bool force = false;

  // The order of the stock checks that need no disk (management 3.2: 1 to 3). Every brick's server must be known.
  Result<Done> check(const Pool& pool) const;
  // Adds the options a new volume starts with.
  void apply(Pool& pool) const;
};

// The options that every volume has until they are set otherwise: those that are absent are set; all, or the one named.
void set_starting_options(Volume& volume, std::string_view key = "all");
// Those of a volume whose bricks tell clients what others change, so that clients may believe for longer what they
// know. Only new volumes get them: others stay as they were made.
void set_coherence_options(Volume& volume);

}  // namespace mortar
