// What stands under a name, as all subvolumes together tell it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "translators/cluster/fan_out.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

// Asked for in a lookup, so that a link file that is being moved is not taken for a stale one.
inline constexpr const char* open_count_key = "glusterfs.open-fd-count";

struct Standing {
  std::optional<Place> file;
  std::optional<Place> directory;
  bool contradicts = false;  // what the subvolumes have cannot all be true
  std::string damage;        // what somebody has to repair, as a sentence
  bool lacks_link = false;   // there is data, and nothing that leads to it from where the name hashes to
  std::vector<Place> stale_links;
  Error error{ENOENT};  // where there is nothing

  bool needs_repair() const { return lacks_link || !stale_links.empty(); }
};

// `hashed`: where the name hashes to; nothing where that is not known. The lookup was with OwnKeys.
Standing decide(const Volume& volume, const fop::Lookup& lookup, std::optional<Place> hashed,
                const AnswersOf<fop::Lookup>& answers);

}  // namespace mortar::distribute
