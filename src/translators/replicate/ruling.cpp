#include "translators/replicate/ruling.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mortar::replicate {

namespace {

using By = Ruling::By;

constexpr const char* no_bigger_file = "No bigger file";
constexpr const char* no_difference_in_mtime = "No difference in mtime";

// The one copy that is ahead of all others.
template <class Rank>
Result<Copy> only_best(Copies candidates, Rank rank, const char* complaint) {
  const std::vector<Copy> copies = candidates.list();
  const Copy best = *std::ranges::max_element(copies, {}, rank);
  const auto equal = std::ranges::count_if(copies, [&](Copy copy) { return rank(copy) == rank(best); });
  if (equal != 1) return failed(EIO, complaint);
  return best;
}

// The first one of those that more than half of all are like.
template <class Alike>
Result<Copy> of_most(const Testimony& testimony, Copies candidates, Alike alike) {
  const std::vector<Copy> copies = candidates.list();
  for (const Copy copy : copies) {
    const auto votes = std::ranges::count_if(copies, [&](Copy other) { return alike(copy, other); });
    if (2 * static_cast<std::size_t>(votes) > testimony.marks.size()) return copy;
  }
  return failed(EIO, "No majority to resolve the split brain");
}

Result<Copy> by_rule(const Ruling& ruling, const Testimony& testimony, Copies candidates) {
  const std::vector<Iatt>& iatts = testimony.iatts;
  const auto size = [&](Copy copy) { return iatts[copy].size; };
  const auto modified = [&](Copy copy) { return iatts[copy].modified; };
  const auto changed = [&](Copy copy) { return iatts[copy].changed; };
  const std::vector<Copy> copies = candidates.list();
  switch (ruling.by) {
    case By::size:
    case By::bigger_file: return only_best(candidates, size, no_bigger_file);
    case By::ctime: return *std::ranges::max_element(copies, {}, changed);
    case By::mtime: return *std::ranges::max_element(copies, {}, modified);
    case By::latest_mtime: return only_best(candidates, modified, no_difference_in_mtime);
    case By::majority:
      return of_most(testimony, candidates, [&](Copy copy, Copy other) {
        return size(copy) == size(other) && modified(copy).seconds == modified(other).seconds;
      });
    case By::source:
      if (candidates.has(ruling.source)) return ruling.source;
      return failed(EIO, "Error getting the source brick");
    case By::nobody: break;
  }
  return failed(EIO, "nobody knows which copy is right");
}

}  // namespace

Ruling Ruling::of_policy(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, By>, 4> policies{
      {{"size", By::size}, {"ctime", By::ctime}, {"mtime", By::mtime}, {"majority", By::majority}}};
  const auto found = std::ranges::find(policies, name, &std::pair<std::string_view, By>::first);
  return found == policies.end() ? Ruling{} : Ruling{.by = found->second};
}

Result<Copy> right_content(const Ruling& ruling, const Testimony& testimony, Copies with_data) {
  const Copies candidates = testimony.present & with_data;
  if (testimony.present.count() != testimony.marks.size()) return failed(EIO, not_all_answer);
  // There is nothing to lose.
  const bool are_empty =
      std::ranges::all_of(candidates.list(), [&](Copy copy) { return testimony.iatts[copy].size == 0; });
  if (are_empty && ruling.by != By::source) return candidates.front();
  return by_rule(ruling, testimony, candidates);
}

Result<Copy> right_attributes(const Ruling& ruling, const Testimony& testimony, Copies with_data) {
  if (testimony.present.count() != testimony.marks.size()) return failed(EIO, not_all_answer);
  if (ruling.by == By::bigger_file || ruling.by == By::latest_mtime) {
    return failed(EIO, "Use source-brick option to heal metadata split-brain");
  }
  const bool is_directory = testimony.iatts[testimony.present.front()].is_directory();
  if (is_directory && ruling.by == By::size) return failed(EIO, no_bigger_file);
  return by_rule(ruling, testimony, testimony.present & with_data);
}

Result<Copy> right_object(const Ruling& ruling, const Testimony& testimony, Copies candidates) {
  const Iatt& first = testimony.iatts[candidates.front()];
  const auto type = [&](Copy copy) { return testimony.iatts[copy].type(); };
  const auto gfid = [&](Copy copy) { return testimony.iatts[copy].gfid; };
  for (const Copy copy : candidates.list()) {
    if (type(copy) != first.type()) return failed(EIO);
  }
  if (testimony.heard.count() != testimony.marks.size()) {
    return failed(EIO, "All the bricks should be up to resolve the gfid split brain");
  }
  if (first.is_directory() && !ruling.is_by_command()) {
    return failed(EIO, "which directory is right is not decided by a policy");
  }
  if (ruling.by != By::majority) return by_rule(ruling, testimony, candidates);
  return of_most(testimony, candidates, [&](Copy copy, Copy other) { return gfid(copy) == gfid(other); });
}

}  // namespace mortar::replicate
