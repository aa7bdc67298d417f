#include "translators/cluster/ancestry.h"

#include <algorithm>

namespace mortar {

namespace {

constexpr std::string_view between_paths = ":/";  // unless the brick's option gfid2path-separator is another one

Task<std::string> told(Translator& subvolume, const Call& call, Gfid gfid, const char* key) {
  const fop::Getxattr get{.gfid = gfid, .name_given = 1, .name = key};
  const fop::Values values = co_await tried(subvolume.perform(call, get));
  co_return std::string(values.values.text(get.name).value_or(""));
}

Result<std::vector<std::string>> names_of(std::string_view path) {
  if (path.size() > deepest_path) return failed(ENAMETOOLONG);
  std::vector<std::string> names;
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    if (end != start) names.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  if (names.empty()) return failed(EIO);
  return names;
}

}  // namespace

Task<std::vector<std::string>> ancestry(Translator& subvolume, const Call& call, Gfid directory) {
  const std::string path = co_await tried(told(subvolume, call, directory, "glusterfs.ancestry.path"));
  co_return names_of(path);
}

// Of a file with several names bricks tell all paths.
Task<std::vector<std::vector<std::string>>> ways_to(Translator& subvolume, const Call& call, Gfid object) {
  const std::string paths = co_await tried(told(subvolume, call, object, "glusterfs.gfidtopath"));
  bool has_several = paths.contains(between_paths);
  if (has_several) {
    const fop::Lookup lookup{.gfid = object, .parent = {}, .name = {}, .xdata = {}};
    const fop::Lookup::Reply found = co_await tried(subvolume.perform(call, lookup));
    // Else it is a directory on the way whose name ends like that.
    has_several = !found.iatt.is_directory() && found.iatt.links > 1;
  }
  std::vector<std::vector<std::string>> ways;
  for (std::size_t start = 0;;) {
    const std::size_t end = has_several ? paths.find(between_paths, start) : std::string::npos;
    Result<std::vector<std::string>> way = names_of(std::string_view(paths).substr(start, end - start));
    if (!way) co_return way.error();
    ways.push_back(std::move(*way));
    if (end == std::string::npos) co_return std::move(ways);
    start = end + between_paths.size() - 1;
  }
}

Task<std::vector<std::string>> a_way_to(Translator& subvolume, const Call& call, Gfid object) {
  std::vector<std::vector<std::string>> ways = co_await tried(ways_to(subvolume, call, object));
  co_return std::move(ways.front());
}

}  // namespace mortar
