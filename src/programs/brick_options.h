// The command line of glusterfsd, as glusterd writes it and scripts read it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "runtime/network.h"
#include "translator/volfile.h"

namespace mortar {

struct BrickOptions {
  std::vector<Address> servers;
  std::string volfile;  // a file instead of the servers
  std::string volfile_id;
  std::string pid_file;
  std::string control_socket;
  std::string brick_name;
  std::uint16_t brick_port = 0;
  std::string log_file;
  log::Level log_level = log::Level::info;
  std::vector<std::string> translator_options;  // GLOB.KEY=VALUE
  bool foreground = false;
  bool log_to_console = false;
  std::string answer;  // printed instead of running
};

// Options of stock that mean nothing here are taken. The sentence of an error is for the caller.
Result<BrickOptions> parse_brick_options(int count, char** words);

// What the command line changes in the volume.
void apply_brick_options(const BrickOptions& options, Volfile& volfile);

}  // namespace mortar
