#include "translators/replicate/heal_direction.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "translators/replicate/blame.h"

namespace mortar::replicate {

namespace {

bool blames_itself(const Testimony& testimony, Copy copy, Slot slot) {
  return is_marked(testimony.marks[copy].missed[copy], slot);
}

bool any_dirty(const Testimony& testimony, Copies copies, Slot slot) {
  return std::ranges::any_of(copies.list(), [&](Copy copy) { return is_marked(testimony.marks[copy].dirty, slot); });
}

// It has seen changes begin that it knows no end of; releases before 3.6 counted these under its own key.
std::int64_t changes_without_end(const Testimony& testimony, Copy copy, Slot slot) {
  const Marks& marks = testimony.marks[copy];
  std::int64_t count = marks.dirty[slot];
  if (!blames_itself(testimony, copy, slot)) return count;
  for (const Counts& missed : marks.missed) count += missed[slot];
  return count;
}

// A copy that blames itself as well as others has seen names change there that these may lack.
bool knows_of_names_without_end(const Testimony& testimony) {
  return std::ranges::any_of(testimony.present.list(), [&](Copy copy) {
    const std::vector<Counts>& missed = testimony.marks[copy].missed;
    const auto blamed =
        std::ranges::count_if(missed, [](const Counts& counts) { return is_marked(counts, Slot::entries); });
    return blamed > 1 && blames_itself(testimony, copy, Slot::entries);
  });
}

// `useful`: from some of which it can be healed. A copy that blames itself says nothing of others. Whether it is right
// is not known either; without a quorum that is the state of a change that has not ended, and what there is of it
// counts.
Direction direction_of(const Testimony& testimony, Slot slot, Copies useful, const Quorum& quorum) {
  Copies unsure;
  for (const Copy copy : testimony.present.list()) {
    if (blames_itself(testimony, copy, slot)) unsure.add(copy);
  }
  const std::vector<Copies> accused_by = accusers(testimony.marks, testimony.present - unsure, slot);
  Direction direction;
  direction.sources = not_behind(accused_by, testimony.present, useful, quorum);
  if (quorum.is_required()) direction.sources = direction.sources - unsure;
  for (const Copy copy : (testimony.present - direction.sources).list()) {
    if (!accused_by[copy].empty()) direction.sinks.add(copy);
  }
  direction.is_unsettled =
      any_dirty(testimony, testimony.present, slot) || !(direction.sources & unsure).empty() ||
      std::ranges::any_of(direction.sources.list(), [&](Copy copy) { return !accused_by[copy].empty(); });
  direction.is_split_brain = direction.sources.empty() && !testimony.present.empty();
  return direction;
}

}  // namespace

Direction direction_of_data(const Testimony& testimony, Copies with_data, const Quorum& quorum) {
  Direction direction = direction_of(testimony, Slot::data, with_data, quorum);
  direction.sources = direction.sources & with_data;
  if (direction.sources.empty()) {
    direction.is_split_brain = !testimony.present.empty();
    return direction;
  }
  const auto size = [&](Copy copy) { return testimony.iatts[copy].size; };
  // More was written to the larger one, or to the one that knows of changes that did not end.
  direction.source = best_of(direction.sources, [&](Copy copy) {
    return std::tuple(size(copy), changes_without_end(testimony, copy, Slot::data), testimony.iatts[copy].modified,
                      -static_cast<std::int64_t>(copy));
  });
  const bool differ =
      std::ranges::any_of(direction.sources.list(), [&](Copy copy) { return size(copy) != size(*direction.source); });
  if (differ || direction.is_unsettled) {
    direction.sinks = direction.sinks | (direction.sources - Copies::only(*direction.source));
    direction.sources = Copies::only(*direction.source);
  }
  if (direction.sinks.empty()) direction.source.reset();
  return direction;
}

Direction direction_of_metadata(const Testimony& testimony, const Quorum& quorum) {
  Direction direction = direction_of(testimony, Slot::metadata, testimony.present, quorum);
  if (direction.is_split_brain) return direction;
  direction.source = best_of(direction.sources, [&](Copy copy) {
    return std::tuple(testimony.iatts[copy].changed, -static_cast<std::int64_t>(copy));
  });
  const Iatt& right = testimony.iatts[*direction.source];
  const bool differ = std::ranges::any_of(direction.sources.list(), [&](Copy copy) {
    const Iatt& here = testimony.iatts[copy];
    return here.mode != right.mode || here.uid != right.uid || here.gid != right.gid;
  });
  if (differ || direction.is_unsettled) {
    direction.sinks = direction.sinks | (direction.sources - Copies::only(*direction.source));
    direction.sources = Copies::only(*direction.source);
  }
  if (direction.sinks.empty()) direction.source.reset();
  return direction;
}

Direction direction_of_entries(const Testimony& testimony, const Quorum& quorum) {
  Direction direction = direction_of(testimony, Slot::entries, testimony.present, quorum);
  const bool merge = direction.is_split_brain || (direction.sinks.empty() && direction.is_unsettled) ||
                     (!quorum.is_required() && knows_of_names_without_end(testimony));
  direction.all_are_behind = direction.is_split_brain;
  direction.is_split_brain = false;
  if (merge) direction.sources = direction.sinks = testimony.present;
  if (!direction.sinks.empty()) direction.source = direction.sources.front();
  return direction;
}

std::string split_brain_sentence(const Testimony& testimony, Slot slot, const std::vector<std::string>& names) {
  const std::vector<Copies> accused_by = accusers(testimony.marks, testimony.present, slot);
  std::vector<std::string> accusations;
  for (Copy copy = 0; copy < accused_by.size(); ++copy) {
    std::vector<std::string> by;
    for (const Copy witness : accused_by[copy].list()) by.push_back(names[witness]);
    if (!by.empty()) accusations.push_back(fmt::format("{} by {}", names[copy], fmt::join(by, ", ")));
  }
  const std::string_view what = slot == Slot::data ? "content" : slot == Slot::metadata ? "attributes" : "names in it";
  return fmt::format("all copies are blamed for a change of the {}: {}", what, fmt::join(accusations, "; "));
}

}  // namespace mortar::replicate
