// A brick on a simulated disk, made once and copied for each input: a file, a folder with a file in it, a symbolic link
// that leads out, a link planted in .glusterfs, and beside the brick what nobody may reach.
#pragma once

#include <fmt/format.h>

#include <string>

#include "simulation/simulation.h"
#include "translator/graph.h"
#include "translator/translator.h"

namespace mortar {

inline constexpr const char* fuzz_brick = "/brick";
inline constexpr std::string_view fuzz_secret = "nobody may read or change this";

inline Gfid fuzz_gfid(std::uint8_t number) {
  Gfid gfid;
  gfid.bytes.fill(number);
  return gfid;
}
inline Gfid fuzz_file() { return fuzz_gfid(0x11); }
inline Gfid fuzz_folder() { return fuzz_gfid(0x22); }
inline Gfid fuzz_link() { return fuzz_gfid(0x33); }
inline Gfid fuzz_planted() { return fuzz_gfid(0x44); }

// The translators of a brick, without those that only pass on; `server`: with the one that clients sign in to.
Volfile fuzz_brick_volfile(bool server);
TranslatorTypes fuzz_brick_types();
const DiskState& fuzz_disk();
// Ends the process where the file beside the brick is another or gone, or more lies beside it.
void check_outside(SimulatedFileSystem& disk);

}  // namespace mortar
