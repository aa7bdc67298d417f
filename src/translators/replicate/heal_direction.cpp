#include "translators/replicate/heal_direction.h"

#include <algorithm>
#include <tuple>

namespace mortar::replicate {

namespace {

// Of directories, the slot of the content is about their names, too.
std::int32_t in_slot(const Counts& counts, Slot slot) {
  return slot == Slot::entries && counts[slot] == 0 ? counts[Slot::data] : counts[slot];
}

// Who is blamed by others that do not blame themselves, and by how many.
std::vector<std::size_t> blames(const Testimony& testimony, Slot slot) {
  std::vector<std::size_t> blames(testimony.marks.size());
  for (const Copy witness : testimony.present.list()) {
    const std::vector<Counts>& missed = testimony.marks[witness].missed;
    if (in_slot(missed[witness], slot) != 0) continue;
    for (Copy other = 0; other < missed.size(); ++other) {
      if (other != witness && in_slot(missed[other], slot) != 0) ++blames[other];
    }
  }
  return blames;
}

Direction direction_of(const Testimony& testimony, Slot slot, const Quorum* quorum) {
  const std::vector<std::size_t> blamed = blames(testimony, slot);
  Direction direction;
  for (const Copy copy : testimony.present.list()) {
    const bool blames_itself = in_slot(testimony.marks[copy].missed[copy], slot) != 0;
    if (blamed[copy] != 0) {
      direction.sinks.add(copy);
    } else if (!blames_itself) {
      direction.sources.add(copy);
    }
  }
  // A change that most had, and whose blame did not reach a quorum: those whom few blame are right.
  if (direction.sources.empty() && quorum != nullptr && quorum->is_required()) {
    for (const Copy copy : testimony.present.list()) {
      Copies enough;
      for (Copy number = 0; number < blamed[copy]; ++number) enough.add(number + 1);
      if (!quorum->is_met(enough)) direction.sources.add(copy);
    }
    direction.sinks = direction.sinks - direction.sources;
    if (direction.sinks.empty()) direction.sources = {};
  }
  direction.all_are_blamed = direction.sources.empty() && !testimony.present.empty();
  direction.is_split_brain = direction.all_are_blamed;
  return direction;
}

bool any_dirty(const Testimony& testimony, Copies copies, Slot slot) {
  return std::ranges::any_of(copies.list(), [&](Copy copy) { return in_slot(testimony.marks[copy].dirty, slot) != 0; });
}

template <class Rank>
Copy best_of(Copies copies, Rank rank) {
  const std::vector<Copy> list = copies.list();
  return *std::ranges::max_element(list, {}, rank);
}

}  // namespace

Direction direction_of_data(const Testimony& testimony, Copies with_data, const Quorum& quorum) {
  Direction direction = direction_of(testimony, Slot::data, &quorum);
  direction.sources = direction.sources & with_data;
  if (direction.sources.empty()) {
    direction.is_split_brain = !testimony.present.empty();
    return direction;
  }
  const auto size = [&](Copy copy) { return testimony.iatts[copy].size; };
  // More was written to the larger one, or to the one that knows of changes that did not end.
  direction.source = best_of(direction.sources, [&](Copy copy) {
    return std::tuple(size(copy), testimony.marks[copy].dirty[Slot::data], testimony.iatts[copy].modified,
                      -static_cast<std::int64_t>(copy));
  });
  const bool differ = std::ranges::any_of(direction.sources.list(),
                                          [&](Copy copy) { return size(copy) != size(*direction.source); });
  if (differ || any_dirty(testimony, testimony.present, Slot::data)) {
    direction.sinks = direction.sinks | (direction.sources - Copies::only(*direction.source));
    direction.sources = Copies::only(*direction.source);
  }
  if (direction.sinks.empty()) direction.source.reset();
  return direction;
}

Direction direction_of_metadata(const Testimony& testimony, const Quorum& quorum) {
  Direction direction = direction_of(testimony, Slot::metadata, &quorum);
  if (direction.is_split_brain) return direction;
  direction.source = best_of(direction.sources, [&](Copy copy) {
    return std::tuple(testimony.iatts[copy].changed, -static_cast<std::int64_t>(copy));
  });
  const Iatt& right = testimony.iatts[*direction.source];
  const bool differ = std::ranges::any_of(direction.sources.list(), [&](Copy copy) {
    const Iatt& here = testimony.iatts[copy];
    return here.mode != right.mode || here.uid != right.uid || here.gid != right.gid;
  });
  if (differ || any_dirty(testimony, testimony.present, Slot::metadata)) {
    direction.sinks = direction.sinks | (direction.sources - Copies::only(*direction.source));
    direction.sources = Copies::only(*direction.source);
  }
  if (direction.sinks.empty()) direction.source.reset();
  return direction;
}

Direction direction_of_entries(const Testimony& testimony) {
  Direction direction = direction_of(testimony, Slot::entries, nullptr);
  const bool merge = direction.is_split_brain ||
                     (direction.sinks.empty() && any_dirty(testimony, testimony.present, Slot::entries));
  direction.is_split_brain = false;
  if (merge) direction.sources = direction.sinks = testimony.present;
  if (!direction.sinks.empty()) direction.source = direction.sources.front();
  return direction;
}

}  // namespace mortar::replicate
