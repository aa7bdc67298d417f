#include <fcntl.h>
#include <sys/stat.h>

#include <deque>

#include "simulation/disk/simulated_file_system.h"

namespace mortar {

namespace {

constexpr std::size_t longest_path = 4096;
constexpr std::size_t longest_name = 255;
constexpr int most_links = 40;

std::deque<std::string> split(std::string_view path) {
  std::deque<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end != 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

}  // namespace

std::string SimulatedFileSystem::without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

Result<InodeNumber> SimulatedFileSystem::start_of(int directory, const std::string& path) const {
  if (path.empty()) return failed(ENOENT);
  if (path.size() >= longest_path) return failed(ENAMETOOLONG);
  if (path.front() == '/' || directory == no_directory) return root_inode;
  auto found = open_.find(directory);
  if (found == open_.end()) return failed(EBADF);
  return found->second.inode;
}

Result<SimulatedFileSystem::Place> SimulatedFileSystem::walk(int directory, const std::string& path,
                                                             Follow last) const {
  Result<InodeNumber> start = start_of(directory, path);
  if (!start) return std::unexpected(start.error());
  InodeNumber current = *start;
  std::deque<std::string> parts = split(path);
  Place place{.directory = current, .inode = current, .wants_directory = path.back() == '/', .is_dots = true};
  int links = 0;
  while (!parts.empty()) {
    if (!is_directory(current)) return failed(ENOTDIR);
    const std::string part = std::move(parts.front());
    parts.pop_front();
    if (part.size() > longest_name) return failed(ENAMETOOLONG);
    if (part == "." || part == "..") {
      if (part == "..") current = attributes(current).parent;
      place = Place{.directory = current, .inode = current, .wants_directory = place.wants_directory, .is_dots = true};
      continue;
    }
    const Inode& holder = state_.inode(current);
    auto entry = holder.entries.find(part);
    place = Place{.directory = current, .name = part, .wants_directory = place.wants_directory};
    if (entry == holder.entries.end()) {
      if (!parts.empty()) return failed(ENOENT);
      return place;
    }
    const Inode& inode = state_.inode(entry->second.inode);
    const bool goes_through = !parts.empty() || last == Follow::yes || place.wants_directory;
    if (inode.attributes.type() == S_IFLNK && goes_through) {
      if (links++ >= most_links) return failed(ELOOP);
      std::deque<std::string> through = split(inode.target);
      if (inode.target.front() == '/') {
        current = root_inode;
        place = Place{.directory = current, .inode = current, .is_dots = true};
      }
      if (parts.empty() && inode.target.back() == '/') place.wants_directory = true;
      parts.insert(parts.begin(), through.begin(), through.end());
      continue;
    }
    place.inode = current = entry->second.inode;
  }
  if (place.wants_directory && place.inode != 0 && !is_directory(place.inode)) return failed(ENOTDIR);
  return place;
}

Result<SimulatedFileSystem::Place> SimulatedFileSystem::find(int directory, const std::string& path,
                                                             Follow last) const {
  Result<Place> place = walk(directory, path, last);
  if (place && place->inode == 0) return failed(ENOENT);
  return place;
}

Result<SimulatedFileSystem::Place> SimulatedFileSystem::vacant(int directory, const std::string& path,
                                                               bool for_directory) const {
  // Only a new directory may be named with a slash behind it, and never through a link.
  Result<Place> place = walk(directory, without_slashes(path), Follow::no);
  if (!place) return place;
  if (place->inode != 0) return failed(EEXIST);
  if (!for_directory && path.ends_with('/')) return failed(ENOENT);
  if (attributes(place->directory).links == 0) return failed(ENOENT);
  return place;
}

bool SimulatedFileSystem::is_directory(InodeNumber number) const { return attributes(number).type() == S_IFDIR; }

bool SimulatedFileSystem::is_inside(InodeNumber number, InodeNumber ancestor) const {
  while (number != ancestor && number != root_inode) number = attributes(number).parent;
  return number == ancestor;
}

Result<SimulatedFileSystem::Open> SimulatedFileSystem::opened(int file) const {
  auto found = open_.find(file);
  if (found == open_.end()) return failed(EBADF);
  return found->second;
}

Result<InodeNumber> SimulatedFileSystem::readable(int file) const {
  Result<Open> open = opened(file);
  if (!open) return std::unexpected(open.error());
  if ((open->flags & O_PATH) != 0 || (open->flags & O_ACCMODE) == O_WRONLY) return failed(EBADF);
  return open->inode;
}

Result<InodeNumber> SimulatedFileSystem::writable(int file) const {
  Result<Open> open = opened(file);
  if (!open) return std::unexpected(open.error());
  if ((open->flags & O_PATH) != 0 || (open->flags & O_ACCMODE) == O_RDONLY) return failed(EBADF);
  return open->inode;
}

Result<Done> SimulatedFileSystem::seekable(int file) const {
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  if (attributes(*number).type() == S_IFIFO) return failed(ESPIPE);
  return done;
}

Result<InodeNumber> SimulatedFileSystem::for_attributes(int file) const {
  Result<Open> open = opened(file);
  if (!open) return std::unexpected(open.error());
  if ((open->flags & O_PATH) != 0) return failed(EBADF);
  return open->inode;
}

}  // namespace mortar
