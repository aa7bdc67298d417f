// The words of `mount -t glusterfs`: what stands in fstab becomes the command line of glusterfs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mortar {

struct MountWords {
  std::string device;  // SERVER[,SERVER...]:[/]VOLUME[/DIRECTORY], or a volume file
  std::string directory;
  std::string log_file;
  std::vector<std::string> arguments;  // for glusterfs, without its name
  std::vector<std::string> warnings;   // for the standard error output
};

// `device_is_file`: it names a readable file. The error's sentence is stock's, for the standard error output.
Result<MountWords> read_mount_words(const std::string& device, const std::string& directory,
                                    const std::vector<std::string>& option_lists, bool device_is_file);

// A field of /proc/mounts, where "\040" stands for a blank.
std::string plain_mount_field(std::string_view field);

}  // namespace mortar
