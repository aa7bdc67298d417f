#include "translators/gfid_access/directory_aliases.h"

namespace mortar {

Gfid DirectoryAliases::combined(const Gfid& gfid) const {
  Gfid result = gfid;
  for (std::size_t index = 0; index < result.bytes.size(); ++index) result.bytes[index] ^= key_.bytes[index];
  return result;
}

Gfid DirectoryAliases::give(const Gfid& directory) {
  const Gfid alias = combined(directory);
  if (directory_of(alias)) return alias;
  by_use_.push_front(alias);
  places_.emplace(alias, by_use_.begin());
  if (places_.size() > most_) {
    places_.erase(by_use_.back());
    by_use_.pop_back();
  }
  return alias;
}

std::optional<Gfid> DirectoryAliases::directory_of(const Gfid& alias) {
  const auto found = places_.find(alias);
  if (found == places_.end()) return std::nullopt;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return combined(alias);
}

std::optional<Gfid> DirectoryAliases::given_for(const Gfid& directory) const {
  const Gfid alias = combined(directory);
  if (!places_.contains(alias)) return std::nullopt;
  return alias;
}

}  // namespace mortar
