// `gluster volume heal VOLUME split-brain ...`, in stock's words: finds the file in the volume, and has each set of
// copies that holds it resolve the split brain.
#pragma once

#include <string>

#include "translators/fuse/mounted_graph.h"

namespace mortar {

struct SplitBrainWords {
  std::string how;    // heal_call::bigger_file, latest_mtime or source_brick
  std::string brick;  // "HOST:/PATH", of source_brick
  std::string file;   // "/PATH" in the volume or "gfid:UUID"; of source_brick empty: all that the brick lists
};

// What is said of it goes to `told`. How the program leaves: 0 where it is resolved, else 1 or an errno, as stock's
// does.
Task<int> resolve_split_brain(fuse::MountedGraph& volume, SplitBrainWords words, std::string& told);

}  // namespace mortar
