// The command line of glusterfs, which is stock's: what scripts and the mount helper pass.
#pragma once

#include <string>

#include "base/result.h"
#include "programs/service_process.h"
#include "programs/volfile_options.h"
#include "translators/fuse/mount_options.h"

namespace mortar {

struct ClientOptions {
  VolfileOptions volfile;
  std::string volume_name;  // the translator to mount, where it is not the top
  std::string subdirectory;
  std::string process_name;
  std::string control_socket;           // on which glusterd asks and tells; empty: none
  std::vector<std::string> new_copies;  // see new_copy_process.h
  std::string clear_locks;              // see clear_locks_process.h: "tTYPE.kKIND[.OPTIONS]", and where
  std::string clear_path;
  bool access_by_gfid = false;          // every object is found in the directory .gfid too
  std::string command_line;             // the words as they were given
  ProcessOptions process;
  fuse::MountOptions mount;  // an empty directory: nothing is mounted

  // What is to be printed instead of running: empty for none.
  std::string answer;
};

// The sentence of an error is for the standard error output.
Result<ClientOptions> parse_client_options(int count, char** words);

}  // namespace mortar
