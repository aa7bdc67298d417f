// A brick's directory when it becomes one: the checks of `volume create` and `volume start` on this server's disks
// (management 3.2 and 3.3), in the stock order and with the stock sentences.
//
// They block: run them off the loop.
#pragma once

#include <string>

#include "pool/pool.h"
#include "runtime/file_system.h"

namespace mortar {

inline constexpr const char* volume_id_xattr = "trusted.glusterfs.volume-id";

// What was done to a directory, so that a create that fails elsewhere leaves nothing behind.
struct BrickDirectory {
  std::string path;
  Gfid volume;
  bool made = false;         // the directory itself
  bool marked = false;       // the volume id
  std::string former_mark;   // where force replaced one
  bool made_hidden = false;  // .glusterfs
};

// Makes the directory where only the last element is missing, and marks it as the volume's, durably. A failure undoes
// what it did. `force` skips the checks for mount points, for the root partition and for former bricks.
Result<BrickDirectory> take_brick_directory(FileSystem& files, const Brick& brick, const Gfid& volume, bool force,
                                            const std::string& working_directory);
// What carries another volume's mark by now, or has data, stays.
void give_back_brick_directory(FileSystem& files, const BrickDirectory& directory);

// Whether the directory is there and belongs to the volume. `force` marks one that carries no mark.
Result<Done> check_brick_directory(FileSystem& files, const Brick& brick, const Volume& volume, bool force);

}  // namespace mortar
