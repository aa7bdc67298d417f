#include "translators/cluster/ancestry.h"

#include <algorithm>

namespace mortar {

namespace {

Task<std::vector<std::string>> names_told(Translator& subvolume, const Call& call, Gfid gfid, const char* key) {
  const fop::Getxattr get{.gfid = gfid, .name_given = 1, .name = key};
  const fop::Values values = co_await tried(subvolume.perform(call, get));
  const std::string_view path = values.values.text(get.name).value_or("");
  if (path.size() > deepest_path) co_return failed(ENAMETOOLONG);
  std::vector<std::string> names;
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    if (end != start) names.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  if (names.empty()) co_return failed(EIO);
  co_return std::move(names);
}

}  // namespace

Task<std::vector<std::string>> ancestry(Translator& subvolume, const Call& call, Gfid directory) {
  return names_told(subvolume, call, directory, "glusterfs.ancestry.path");
}

Task<std::vector<std::string>> a_way_to(Translator& subvolume, const Call& call, Gfid object) {
  return names_told(subvolume, call, object, "glusterfs.gfidtopath");
}

}  // namespace mortar
