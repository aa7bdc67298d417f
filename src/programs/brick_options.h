// The command line of glusterfsd, as glusterd writes it and scripts read it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "programs/service_process.h"
#include "programs/volfile_options.h"

namespace mortar {

struct BrickOptions {
  VolfileOptions volfile;
  std::string control_socket;
  std::string brick_name;
  std::uint16_t brick_port = 0;
  ProcessOptions process;

  // What is to be printed instead of running: empty for none.
  std::string answer;
};

// The sentence of an error is for the standard error output.
Result<BrickOptions> parse_brick_options(int count, char** words);

// What the command line changes in the volume.
void apply_brick_options(const BrickOptions& options, Volfile& volfile);

}  // namespace mortar
