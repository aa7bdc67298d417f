#include "translators/distribute/ailments.h"

#include <algorithm>

namespace mortar::distribute {

namespace {

bool is_alike(const Iatt& left, const Iatt& right) {
  return left.mode == right.mode && left.uid == right.uid && left.gid == right.gid;
}

// The root has no leader: the copy that was changed last leads, of those that are older than the last added subvolume.
std::optional<Place> source_of_root(const Layout& layout, const AnswersOf<fop::Lookup>& answers) {
  std::optional<Place> latest;
  for (Place place = 0; place < answers.size(); ++place) {
    if (!answers[place] || !layout[place].commit_hash) continue;
    if (!latest || answers[*latest]->iatt.changed < answers[place]->iatt.changed) latest = place;
  }
  return latest;
}

}  // namespace

std::int32_t changes_under_way(const Dictionary& xdata, const std::string& leader_key) {
  const std::optional<Bytes> bytes = xdata.bytes(leader_key);
  if (!bytes || bytes->size() != sizeof(std::int32_t)) return 0;
  std::uint32_t count = 0;
  for (std::byte byte : *bytes) count = count << 8 | std::to_integer<std::uint32_t>(byte);
  return static_cast<std::int32_t>(count);
}

Ailments find_ailments(const Directory& directory, const AnswersOf<fop::Lookup>& answers, const std::string& leader_key,
                       std::optional<Place> preferred) {
  Ailments found;
  std::vector<Place> there;
  for (Place place = 0; place < answers.size(); ++place) {
    const Result<fop::Lookup::Reply>& answer = answers[place];
    const int number = answer ? 0 : answer.error().number();
    if (number == ENOENT || number == ESTALE) {
      found.missing.push_back(place);
    } else if (number == ENODATA) {
      found.unidentified.push_back(place);
    } else if (!answer || !answer->iatt.is_directory()) {
      found.unclear = true;
    } else {
      there.push_back(place);
    }
  }
  if (there.empty()) return found;

  const bool is_root = directory.gfid.is_root();
  found.source = is_root ? source_of_root(directory.layout, answers) : directory.leader;
  if (!found.source && preferred && std::ranges::find(there, *preferred) != there.end()) found.source = preferred;
  if (!found.source) found.source = there.front();
  const auto has_layout = [&directory](Place place) { return directory.layout[place].commit_hash.has_value(); };
  const bool may_be_bare = is_root && has_layout(*found.source);
  for (Place place : there) {
    if (may_be_bare && !has_layout(place)) found.bare.push_back(place);
    if (!is_alike(answers[place]->iatt, answers[*found.source]->iatt)) found.deviating.push_back(place);
  }
  found.leaderless = !is_root && !directory.leader;
  found.unsettled = directory.leader && changes_under_way(answers[*directory.leader]->xdata, leader_key) < 0;
  found.wrong_ranges = directory.layout.anomalies().wrong_ranges();
  return found;
}

}  // namespace mortar::distribute
