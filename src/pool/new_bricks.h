// What bricks must be to come into the pool: the stock checks that need no disk (management 3.2), which creating a
// volume and growing one share.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "pool/pool.h"

namespace mortar {

// Their servers are known, they overlap neither each other nor what the pool has, and files can be named after them.
Result<Done> check_new_bricks(const Pool& pool, std::string_view volume, std::span<const Brick> bricks);

// The bricks of each set are on servers of their own.
Result<Done> check_spread(std::span<const Brick> bricks, VolumeType type, std::uint32_t set_size);

}  // namespace mortar
