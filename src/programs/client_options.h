// The command line of glusterfs, which is stock's: what scripts and the mount helper pass. Options that only tune parts
// of stock that do not exist here are taken and have no effect; --help says so.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "translators/fuse/mount_options.h"

namespace mortar {

struct ClientOptions {
  // Where the volume comes from: servers tried in turn, or a file.
  std::vector<std::string> volfile_servers;
  std::uint16_t volfile_server_port = 24007;
  std::string volfile_server_transport = "socket";
  std::string volfile_id;
  std::string volfile;
  unsigned fetch_attempts = 0;  // 0: each server once
  std::string volume_name;      // the translator to mount, where it is not the top
  std::string subdirectory;
  std::vector<std::string> translator_options;  // NAME.KEY=VALUE; the name may be a pattern
  std::string process_name;

  std::string log_file;
  log::Level log_level = log::Level::info;
  bool log_to_console = false;
  std::string pid_file;
  bool foreground = false;
  std::optional<int> oom_score_adjustment;

  fuse::MountOptions mount;  // an empty directory: nothing is mounted

  // What is to be printed instead of running: empty for none.
  std::string answer;
};

// The sentence of an error is for the standard error output.
Result<ClientOptions> parse_client_options(int count, char** words);

}  // namespace mortar
