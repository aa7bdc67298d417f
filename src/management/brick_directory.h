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
  bool made_dirty = false;   // a copy that lacks names
};

struct HowToTake {
  bool force = false;    // without the checks for mount points, for the root partition and for former bricks
  bool new_copy = false; // it comes into a set of copies, and says itself that it lacks names
};

// Makes the directory where only the last element is missing, and marks it as the volume's, durably. A failure undoes
// what it did.
Result<BrickDirectory> take_brick_directory(FileSystem& files, const Brick& brick, const Gfid& volume, HowToTake how,
                                            const std::string& working_directory);
// What carries another volume's mark by now, or has data, stays.
void give_back_brick_directory(FileSystem& files, const BrickDirectory& directory);

// Whether the directory is there and belongs to the volume. `force` marks one that carries no mark.
Result<Done> check_brick_directory(FileSystem& files, const Brick& brick, const Volume& volume, bool force);

}  // namespace mortar
