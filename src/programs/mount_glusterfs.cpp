// mount.glusterfs: what mount(8) runs for `mount -t glusterfs DEVICE DIRECTORY -o OPTIONS` and for lines of fstab.
// Texts and exit statuses are stock's, which scripts know.
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "programs/mount_words.h"
#include "programs/version.h"

namespace mortar {
namespace {

constexpr int failure = 1;
constexpr int dangerous_place = 2;
constexpr int mounted_already = 32;
// Exit status of glusterfs when it had the volume but could not serve it.
constexpr int volume_unusable = 2;

int complain(int status, const std::string& sentence) {
  std::cerr << sentence << '\n';
  return status;
}

bool is_brick(const std::string& directory) { return lgetxattr(directory.c_str(), "trusted.gfid", nullptr, 0) > 0; }

bool is_mounted(const std::string& directory) {
  std::error_code error;
  const std::string whole_path = std::filesystem::canonical(directory, error);
  std::ifstream mounts("/proc/mounts");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string source, place, type;
    words >> source >> place >> type;
    if (type == "fuse.glusterfs" && plain_mount_field(place) == whole_path) return true;
  }
  return false;
}

// Brick folders of this server's volumes.
std::vector<std::string> brick_paths() {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& volume : std::filesystem::directory_iterator(MORTAR_STATE_DIR "/vols", error)) {
    for (const auto& brick : std::filesystem::directory_iterator(volume.path() / "bricks", error)) {
      std::ifstream file(brick.path());
      for (std::string line; std::getline(file, line);) {
        if (line.starts_with("path=")) paths.push_back(line.substr(5));
      }
    }
  }
  return paths;
}

// Zero where a mount on the directory does no harm.
int check_place(const std::string& directory) {
  if (directory == "/") return complain(dangerous_place, "Cannot mount over root");
  if (directory == "/tmp") return complain(dangerous_place, "Cannot mount over /tmp");
  if (is_brick(directory)) {
    return complain(dangerous_place, "ERROR: " + directory + " is in use as a brick of a gluster volume");
  }
  for (const std::string& brick : brick_paths()) {
    if (!is_brick(brick)) continue;
    std::error_code error;
    for (std::filesystem::path above = brick; above.has_relative_path();) {
      above = above.parent_path();
      if (std::filesystem::equivalent(above, directory, error)) {
        return complain(dangerous_place, "ERROR: " + directory + " is a parent of the brick " + brick);
      }
    }
  }
  return 0;
}

// The program that stands beside this one.
std::string client_program() {
  std::error_code error;
  return (std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "glusterfs").string();
}

int run(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  pid_t child = 0;
  const int number = posix_spawn(&child, program.c_str(), nullptr, nullptr, words.data(), environ);
  if (number != 0) return complain(failure, program + ": " + Error(number).sentence());
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : failure;
}

int mount(const MountWords& words) {
  const int status = run(client_program(), words.arguments);
  const std::string details = "Mount failed. Check the log file " + words.log_file + " for more details.";
  if (status == volume_unusable) return complain(failure, details);
  if (status != 0) return complain(failure, "Mounting glusterfs on " + words.directory + " failed.");
  struct stat root{};
  if (stat(words.directory.c_str(), &root) != 0) {
    run("/bin/umount", {words.directory});
    return complain(failure, details);
  }
  return 0;
}

std::string usage_of(const std::string& program) {
  return "Usage: " + program +
         " <server>:<volume/subdir> <mountpoint> -o<options>\nOptions:\nman 8 mount.glusterfs\n"
         "To display the version number of the mount helper: " +
         program + " -V\n";
}

int main_of_helper(int count, char** words) {
  std::vector<std::string> option_lists;
  for (int letter = 0; (letter = getopt(count, words, "Vo:hnsvfr")) != -1;) {
    switch (letter) {
      case 'o': option_lists.emplace_back(optarg); break;
      case 'r': option_lists.emplace_back("ro"); break;
      case 'f': return 0;  // "fake": all but the mount itself
      case 'V': std::cout << version_text; return 0;
      case 'h': std::cout << usage_of(words[0]); return 0;
      case '?': std::cerr << usage_of(words[0]); return failure;
      default: break;  // -n, -s and -v say nothing to us
    }
  }
  if (count - optind != 2) {
    std::cerr << usage_of(words[0]);
    return failure;
  }
  const std::string device = words[optind];
  std::string directory = words[optind + 1];
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  const bool device_is_file = access(device.c_str(), R_OK) == 0;
  const Result<MountWords> mount_words = read_mount_words(device, directory, option_lists, device_is_file);
  if (!mount_words) return complain(failure, mount_words.error().sentence());
  for (const std::string& warning : mount_words->warnings) std::cerr << warning << '\n';
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    return complain(failure, "ERROR: Mount point does not exist\nPlease specify a mount point\nUsage:\nman 8 " +
                                 std::string(words[0]));
  }
  if (is_mounted(directory)) {
    return complain(mounted_already,
                    std::string(words[0]) + ": according to mtab, GlusterFS is already mounted on " + directory);
  }
  const int place = check_place(directory);
  return place != 0 ? place : mount(*mount_words);
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) { return mortar::main_of_helper(count, words); }
