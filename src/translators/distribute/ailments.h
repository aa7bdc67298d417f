// What is wrong with the copies of a directory, as the answers of all subvolumes to one lookup tell it.
#pragma once

#include <optional>
#include <vector>

#include "translators/cluster/fan_out.h"
#include "translators/distribute/memory.h"

namespace mortar::distribute {

struct Ailments {
  std::optional<Place> source;      // the copy that the others have to be like
  std::vector<Place> missing;       // the directory is not there
  std::vector<Place> unidentified;  // it is there, and has no identity
  std::vector<Place> deviating;     // owner or mode are not those of the source
  std::vector<Place> bare;          // of the root: was added to the volume, and never had a layout
  bool leaderless = false;          // none is marked as the one to follow
  bool unsettled = false;           // the leader has changes that others may lack
  bool wrong_ranges = false;        // holes or overlaps
  bool unclear = false;             // a subvolume is away, or did not say how it stands: nothing is healed

  bool any() const {
    return !missing.empty() || !unidentified.empty() || !deviating.empty() || !bare.empty() || leaderless ||
           unsettled || wrong_ranges;
  }
};

// `directory` is made of the same answers. `preferred`: the source where there is no leader.
Ailments find_ailments(const Directory& directory, const AnswersOf<fop::Lookup>& answers, const std::string& leader_key,
                       std::optional<Place> preferred = std::nullopt);

// The leader's count of changes that others may lack; 0 where there is none.
std::int32_t changes_under_way(const Dictionary& xdata, const std::string& leader_key);

}  // namespace mortar::distribute
