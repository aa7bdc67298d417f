#include "translators/replicate/volume.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "translator/distance.h"
#include "translators/replicate/read_hash.h"

namespace mortar::replicate {

namespace {

constexpr std::size_t most_remembered = 1 << 16;

}  // namespace

Volume::Volume(World& of_world, const Translator& itself, TaskSet& beside, ReplicateOptions given, Quorum needed,
               ChangelogKeys names_of_marks)
    : world(of_world),
      translator(itself),
      background(beside),
      options(std::move(given)),
      quorum(needed),
      keys(std::move(names_of_marks)),
      known_(most_remembered) {}

std::string Volume::names(Copies copies) const {
  std::vector<std::string_view> names;
  for (const Copy copy : copies.list()) names.push_back(subvolume(copy).name());
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> Volume::names() const {
  std::vector<std::string> names;
  for (const Copy copy : all().list()) names.push_back(subvolume(copy).name());
  return names;
}

void Volume::set_up(Copy copy, bool is_up) {
  if (is_up) {
    const auto* distant = dynamic_cast<const Distant*>(&subvolume(copy));
    here_.remove(copy);
    if (distant != nullptr && distant->is_on_this_machine()) here_.add(copy);
    up_.add(copy);
  } else {
    up_.remove(copy);
    ++losses_[copy];
  }
  // Others may have changed anything while it was away, or go on without it from now on.
  known_.clear();
  ++news_;
}

void Volume::set_options(ReplicateOptions wanted, Quorum wanted_quorum) {
  options = std::move(wanted);
  quorum = wanted_quorum;
  known_.clear();
  ++news_;
}

std::optional<Readable> Volume::readable(const Gfid& gfid) {
  const Readable* known = known_.find(gfid);
  return known == nullptr ? std::nullopt : std::optional(*known);
}

void Volume::remember(const Gfid& gfid, const Readable& readable) {
  known_.put(gfid, readable);
  order_of_changes.heard_of(gfid);
}

void Volume::forget(const Gfid& gfid) {
  known_.erase(gfid);
  ++news_;
}

void Volume::leave_out(const Gfid& gfid, Slot slot, Copies copies) {
  ++news_;
  Readable* known = known_.find(gfid);
  if (known == nullptr) return;
  Copies& may_be_read = slot == Slot::metadata ? known->metadata : known->data;
  may_be_read = may_be_read - copies;
  if (slot == Slot::metadata) known->arbiters = known->arbiters - copies;
}

Error Volume::nobody_is_right(Copies heard) const {
  if (heard == all()) return Error(EIO, "every copy is said to have missed something: split brain");
  return Error(ENOTCONN, fmt::format("the copies that are right are not there: {} may be", names(all() - heard)));
}

std::optional<Copy> Volume::preferred(Copies copies) const {
  for (const Copy copy : copies.list()) {
    const bool is_preferred = subvolume(copy).name() == options.read_subvolume ||
                              static_cast<std::int64_t>(copy) == options.read_subvolume_index;
    if (is_preferred) return copy;
  }
  return std::nullopt;
}

Copies Volume::nearest(Copies copies) const {
  const Copies near = options.choose_local ? copies & here_ : Copies();
  return near.empty() ? copies : near;
}

Copy Volume::choose_reader(const Gfid& gfid, Copies copies) const {
  if (const std::optional<Copy> copy = preferred(copies)) return *copy;
  const Copies near = nearest(copies);
  const Copy chosen = choose(gfid, near);
  if (options.read_hash_mode != ReplicateOptions::read_where_least_is_read) return chosen;
  return best_of(near, [&](Copy copy) { return std::pair(-std::int64_t{reading_[copy]}, copy == chosen); });
}

Copy Volume::choose(const Gfid& gfid, Copies copies) const {
  if (const std::optional<Copy> copy = preferred(copies)) return *copy;
  if (options.read_hash_mode == 0) return copies.front();
  const Copy chosen = read_hash(gfid) % size();
  return copies.has(chosen) ? chosen : copies.front();
}

}  // namespace mortar::replicate
