#include "management/mount_table.h"

#include <algorithm>

namespace mortar {

std::string MountEntry::place_of(std::string_view path) const {
  path.remove_prefix(std::min(directory == "/" ? 0 : directory.size(), path.size()));
  return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
}

MountEntry mount_of(FileSystem& files, std::string_view path) {
  MountEntry best;
  const std::string text = files.read_file("/proc/self/mounts").value_or("");
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    MountEntry entry;
    for (std::string* field : {&entry.device, &entry.directory, &entry.type, &entry.options}) {
      const std::size_t blank = std::min(line.find(' '), line.size());
      *field = line.substr(0, blank);
      line.remove_prefix(std::min(blank + 1, line.size()));
    }
    const bool above = entry.directory == "/" || path == entry.directory || path.starts_with(entry.directory + "/");
    if (above && entry.directory.size() >= best.directory.size()) best = std::move(entry);
  }
  return best;
}

}  // namespace mortar
