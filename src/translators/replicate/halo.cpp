#include "translators/replicate/halo.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace mortar::replicate {

Copies chosen_by_distance(const HaloOptions& options, const Quorum& quorum, Copies with_data,
                          const Distances& distances, Copies in_use) {
  std::vector<Copy> reached;
  for (Copy copy = 0; copy < distances.size(); ++copy) {
    if (distances[copy]) reached.push_back(copy);
  }
  const auto is_far = [&](Copy copy) { return *distances[copy] > std::int64_t{options.limit()}; };
  // To leave a copy costs a heal.
  std::ranges::sort(reached, {}, [&](Copy copy) {
    const bool stays = in_use.has(copy);
    return std::tuple(is_far(copy), stays ? *distances[copy] / 2 : *distances[copy], !stays, copy);
  });
  Copies chosen;
  for (const Copy copy : reached) {
    const std::size_t most = options.most();
    const std::size_t wanted = is_far(copy) ? std::min<std::size_t>(options.least_copies, most) : most;
    // More than that where less would be of no use.
    const bool is_enough = quorum.is_met(chosen) && !(chosen & with_data).empty();
    if (chosen.count() < wanted || !is_enough) chosen.add(copy);
  }
  return chosen;
}

void Halo::begin(const std::vector<Translator*>& children) {
  subvolumes_.clear();
  for (Translator* child : children) subvolumes_.push_back(dynamic_cast<Distant*>(child));
  distances_.assign(children.size(), std::nullopt);
  is_measuring_ = false;
  set_options(options_);
}

void Halo::set_options(HaloOptions options) {
  options_ = options;
  if (options_.is_enabled != is_measuring_) {
    is_measuring_ = options_.is_enabled;
    for (Copy copy = 0; copy < subvolumes_.size(); ++copy) {
      if (subvolumes_[copy] == nullptr) continue;
      Distant::Told told;
      if (is_measuring_) told = [this, copy](std::optional<Duration> distance) { measured(copy, distance); };
      subvolumes_[copy]->tell_distance(std::move(told));
    }
    std::ranges::fill(distances_, std::nullopt);
  }
  choose();
}

void Halo::end() {
  options_.is_enabled = false;
  resting_ = Copies();
  for (Distant* subvolume : subvolumes_) {
    if (subvolume != nullptr) subvolume->tell_distance({});
  }
}

void Halo::measured(Copy copy, std::optional<Duration> distance) {
  distances_[copy].reset();
  if (distance) distances_[copy] = std::chrono::duration_cast<std::chrono::milliseconds>(*distance).count();
  choose();
}

void Halo::changed() { choose(); }

void Halo::choose() {
  if (!options_.is_enabled) {
    for (const Copy copy : resting_.list()) rest(copy, false);
    return;
  }
  const Set set = set_();
  Distances distances = distances_;
  Copies reached;
  for (Copy copy = 0; copy < distances.size(); ++copy) {
    // Who cannot be measured, or is not yet, is no reason to do without others that are near.
    if (!distances[copy] && set.up.has(copy)) distances[copy] = 0;
    if (distances[copy]) reached.add(copy);
  }
  const Copies chosen = chosen_by_distance(options_, set.quorum, set.with_data, distances, set.up);
  // Others come before these go.
  const bool all_are_there = (chosen - set.up).empty();
  for (const Copy copy : (reached - chosen).list()) {
    const bool can_go = all_are_there || !set.up.has(copy);
    if (can_go && distances_[copy]) rest(copy, true);
  }
  for (const Copy copy : (resting_ & (chosen | (Copies::first(distances.size()) - reached))).list()) rest(copy, false);
}

void Halo::rest(Copy copy, bool rests) {
  if (rests == resting_.has(copy)) return;
  if (rests) {
    resting_.add(copy);
  } else {
    resting_.remove(copy);
  }
  subvolumes_[copy]->rest(rests);
}

void Halo::dump_state(std::string& out) const {
  const Copies up = set_().up;
  for (Copy copy = 0; copy < distances_.size(); ++copy) {
    out += fmt::format("halo_child_up[{}]={}\nchild_latency[{}]={}\n", copy, distances_[copy] || up.has(copy) ? 1 : 0,
                       copy, distances_[copy].value_or(-1));
  }
}

}  // namespace mortar::replicate
