// The volfiles of a volume: texts, byte for byte as a stock glusterd writes them.
#pragma once

#include <cstdint>
#include <string>

#include "pool/pool.h"

namespace mortar {

// What of a brick's volfile and of its file in the store depends on the server it runs on.
struct BrickSite {
  std::uint32_t shared_brick_count = 1;  // bricks of the volume on the same file system: statfs is divided by it
  std::uint64_t file_system = 0;         // as statvfs identifies it
  std::string place_in_file_system;      // the path below the mount point, which is "/"
  std::string time_stamp_file;           // of the marker translator
  bool binds_to_host = false;            // several servers on one machine: listen on the brick's own address only
};

std::string brick_volfile(const Volume& volume, const Brick& brick, const BrickSite& site);

// Trusted: for a client on a server of the pool, with the volume's credentials.
std::string client_volfile(const Volume& volume, bool trusted);

// For the process that rebalances the volume: the bricks and what spreads files over them.
std::string rebalance_volfile(const Volume& volume);

// For the process that heals the volume's copies: each set of bricks by itself.
std::string heal_volfile(const Volume& volume);

}  // namespace mortar
