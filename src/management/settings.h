// What glusterd is told at its start: by glusterd.vol, by its command line, and by where it is installed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mortar {

struct Settings {
  std::string working_directory = "/var/lib/glusterd";
  std::string run_directory = "/var/run/gluster";
  std::string log_directory = "/var/log/glusterfs";
  std::string command_socket = "/var/run/glusterd.socket";
  std::string bind_address;  // empty: all
  std::uint16_t port = 24007;
  std::uint16_t first_brick_port = 49152;
  std::uint16_t last_brick_port = 60999;
  bool allow_insecure_ports = true;
  // Bricks of new volumes tell clients of changes. Off: volumes start with the options that stock gives them.
  bool new_volumes_are_coherent = true;
  std::string brick_program;   // glusterfsd, whole path
  std::string client_program;  // glusterfs, whole path
  // A server that keeps the pool's configuration and is silent for longer is replaced by another.
  std::chrono::seconds voter_patience{600};
};

// One option of the section mgmt/glusterd, as glusterd.vol or --xlator-option give it. Keys that only stock has are
// ignored; a value that is none of its key is an error.
Result<Done> apply_setting(Settings& settings, std::string_view key, std::string_view value);
// A whole glusterd.vol.
Result<Done> apply_settings_file(Settings& settings, std::string_view text);
// Whether they fit together, wherever each came from.
Result<Done> check_settings(const Settings& settings);

}  // namespace mortar
