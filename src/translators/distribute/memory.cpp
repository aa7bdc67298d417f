#include "translators/distribute/memory.h"

#include <algorithm>

#include "translators/cluster/ancestry.h"

namespace mortar {

namespace {

Times times_of(const Iatt& iatt) { return {iatt.accessed, iatt.modified, iatt.changed}; }

}  // namespace

std::optional<Where> DistributeMemory::where(const Gfid& gfid) {
  if (const Place* place = places.find(gfid)) return Where{*place, nullptr};
  if (const DirectoryPointer* directory = directories.find(gfid)) return Where{std::nullopt, *directory};
  return std::nullopt;
}

void DistributeMemory::remember_file(const Iatt& file, Place place, const Gfid& parent, const std::string& entry) {
  directories.erase(file.gfid);
  places.put(file.gfid, place);
  if (!entry.empty()) names.put({parent, entry}, file.gfid);
}

// Every subvolume counts its own entries; users see a directory of one size, as stock shows it.
Iatt DistributeMemory::of_directory(Iatt iatt) {
  iatt.size = 4096;
  iatt.blocks = 8;
  const DirectoryPointer* known = directories.find(iatt.gfid);
  if (known == nullptr) return iatt;
  Times& times = (*known)->times;
  times.accessed = iatt.accessed = std::max(iatt.accessed, times.accessed);
  times.modified = iatt.modified = std::max(iatt.modified, times.modified);
  times.changed = iatt.changed = std::max(iatt.changed, times.changed);
  return iatt;
}

void DistributeMemory::learn_times(const Gfid& gfid, const Iatt& iatt) {
  if (const DirectoryPointer* directory = directories.find(gfid)) (*directory)->times = times_of(iatt);
}

void DistributeMemory::learn_times_since(const Gfid& gfid, const Times& known, const Iatt& iatt) {
  const DirectoryPointer* now = directories.find(gfid);
  if (now != nullptr && (*now)->times == known) (*now)->times = times_of(iatt);
}

std::optional<std::string> DistributeMemory::path_of(const Directory& parent, std::string_view entry) {
  std::optional<std::string> path = path_of(parent);
  if (!path) return std::nullopt;
  if (*path != "/") path->push_back('/');
  path->append(entry);
  return path;
}

std::optional<std::string> DistributeMemory::path_of(const Directory& directory) {
  std::string path;
  const Directory* at = &directory;
  while (!at->gfid.is_root()) {
    if (at->name.empty()) return std::nullopt;
    path.insert(0, "/" + at->name);
    const DirectoryPointer* above = directories.find(at->parent);
    // What is remembered of several may be of several times, and lead round in a circle.
    if (above == nullptr || path.size() > deepest_path) return std::nullopt;
    at = above->get();
  }
  return path.empty() ? "/" : path;
}

}  // namespace mortar
