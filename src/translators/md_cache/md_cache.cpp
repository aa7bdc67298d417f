#include "translators/md_cache/md_cache.h"

#include <fmt/format.h>

namespace mortar {

Result<std::unique_ptr<Translator>> MdCache::make(World&, const VolumeSection& section) {
  Result<MdCacheOptions> options = read_options<MdCacheOptions>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<MdCache>(section.name, *options);
}

Result<Done> MdCache::reconfigure(const VolumeSection& section) {
  Result<MdCacheOptions> options = read_options<MdCacheOptions>(section);
  if (!options) return std::unexpected(options.error());
  options_ = *options;
  return done;
}

void MdCache::dump_state(std::string& out) const {
  const std::optional<std::chrono::seconds> term = believable_for();
  out += fmt::format("notices={}\nbelievable-for={}\n", term ? 1 : 0, term ? term->count() : 0);
}

}  // namespace mortar
