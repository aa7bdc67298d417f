// What bricks must be to come into the pool: the stock checks that need no disk (management 3.2), which creating a
// volume and growing one share.
#pragma once

#include <span>

#include "base/result.h"
#include "pool/pool.h"

namespace mortar {

// Their servers are known, and they overlap neither each other nor what the pool has.
Result<Done> check_new_bricks(const Pool& pool, std::span<const Brick> bricks);

// The bricks of each set are on servers of their own.
Result<Done> check_spread(std::span<const Brick> bricks, VolumeType type, std::uint32_t set_size);

}  // namespace mortar
