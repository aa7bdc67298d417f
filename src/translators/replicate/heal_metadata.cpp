#include "translators/replicate/heal_metadata.h"

#include <fmt/format.h>

#include <array>
#include <map>

#include "base/log.h"

namespace mortar::replicate {

namespace {

// What each copy has for itself.
bool is_own(std::string_view key) {
  constexpr std::array<std::string_view, 8> prefixes = {"trusted.afr.",
                                                        "trusted.gfid",
                                                        "trusted.pgfid.",
                                                        "trusted.glusterfs.volume-id",
                                                        times_key,
                                                        "trusted.glusterfs.quota",
                                                        "trusted.glusterfs.createtime",
                                                        "glusterfs."};
  return std::ranges::any_of(prefixes, [key](std::string_view prefix) { return key.starts_with(prefix); });
}

}  // namespace

std::optional<HealReport> postponed_for_want_of_copies(const Volume& volume, Copies heard) {
  // Without a quorum any copy that is away may be the one that is right.
  const bool is_enough = volume.quorum.is_required() ? volume.quorum.is_met(heard) : heard == volume.all();
  if (is_enough) return std::nullopt;
  return HealReport{HealEnd::postponed,
                    fmt::format("these copies do not answer: {}", volume.names(volume.all() - heard))};
}

Task<HealReport> MetadataHealer::heal(Gfid gfid) {
  const LockedThing thing = healing_.attributes_of(gfid);
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(thing, volume_.up(), refusals));
  Result<HealReport> report = co_await heal_locked(gfid, locked);
  co_await tried(healing_.locks().give_back(thing, locked));
  co_return std::move(report);
}

Task<HealReport> MetadataHealer::heal_locked(Gfid gfid, const Locked& locked) {
  const Testimony testimony = co_await tried(healing_.hear(lookup_of(gfid), locked.copies()));
  std::optional<HealReport> postponed = postponed_for_want_of_copies(volume_, testimony.heard);
  if (postponed) co_return std::move(*postponed);
  if (testimony.present.empty()) co_return HealReport{HealEnd::gone, {}};
  const Direction direction = direction_of_metadata(testimony, volume_.quorum);
  if (direction.is_split_brain) {
    co_return HealReport{HealEnd::split_brain, split_brain_sentence(testimony, Slot::metadata, volume_.names())};
  }
  if (!direction.source) co_return HealReport{};
  Copies right = direction.sources;
  HealReport report{HealEnd::healed, {}};
  for (const Copy sink : direction.sinks.list()) {
    const Result<Done> copied = co_await copy(gfid, *direction.source, sink, locked);
    if (copied) {
      right.add(sink);
    } else {
      report.add({HealEnd::failed, fmt::format("the attributes are not copied to {}: {}",
                                               volume_.subvolume(sink).name(), copied.error().sentence())});
    }
  }
  // Who is away while it is decided about changes that came to no end may have done them, or not, and may be the one
  // that was changed last by its clock: what users see of a quorum from now on is not to go again.
  const bool are_enough = volume_.quorum.is_required() && volume_.quorum.is_met(right);
  const Copies away = direction.is_unsettled && are_enough ? volume_.all() - testimony.heard : Copies();
  co_await tried(healing_.absolve(gfid, testimony, Slot::metadata, right, locked, away));
  co_return std::move(report);
}

Task<bool> MetadataHealer::are_alike(Gfid gfid, const Testimony& testimony) {
  const Copy first = testimony.present.front();
  const Iatt& here = testimony.iatts[first];
  const Call own = healing_.call();
  const fop::Getxattr get{.gfid = gfid, .name_given = 0, .name = {}, .xdata = {}};
  const AnswersOf<fop::Getxattr> answers = co_await tried(healing_.at_each(own, get, testimony.present));
  const auto to_heal = [](const Dictionary& values) {
    std::map<std::string, Value> kept;
    for (const auto& [key, value] : values) {
      if (!is_own(key)) kept.emplace(key, value);
    }
    return kept;
  };
  for (const Copy copy : testimony.present.list()) {
    if (!answers[copy]) co_return answers[copy].error();
    const Iatt& there = testimony.iatts[copy];
    const bool is_alike = there.mode == here.mode && there.uid == here.uid && there.gid == here.gid &&
                          (here.is_directory() || there.modified == here.modified) &&
                          to_heal(answers[copy]->values) == to_heal(answers[first]->values);
    if (!is_alike) co_return false;
  }
  co_return true;
}

Task<> MetadataHealer::copy(Gfid gfid, Copy source, Copy sink, const Locked& locked) {
  co_await tried(copy_xattrs(gfid, source, sink, locked));
  const Call own = healing_.call();
  const fop::Stat stat{.gfid = gfid, .xdata = {}};
  const fop::Attributes right = co_await tried(healing_.at(own, stat, source));
  fop::Setattr set{.gfid = gfid, .iatt = right.iatt, .valid = set_attribute::uid | set_attribute::gid, .xdata = {}};
  if (!right.iatt.is_symlink()) set.valid |= set_attribute::mode;
  co_await tried(healing_.change(locked, set, sink));
  co_await tried(copy_times(gfid, source, sink, locked));
  co_return done;
}

Task<> MetadataHealer::copy_times(Gfid gfid, Copy source, Copy sink, const Locked& locked) {
  const Testimony testimony = co_await tried(healing_.hear(lookup_of(gfid), locked.copies()));
  if (!testimony.present.has(source) || !testimony.present.has(sink)) co_return failed(ENOENT, "it has gone meanwhile");
  const Iatt& right = testimony.iatts[source];
  const Iatt& there = testimony.iatts[sink];
  const bool keeps_times = testimony.keeps_times.has(source);
  if (keeps_times && testimony.keeps_times.has(sink)) {
    const bool are_same = right.changed == there.changed && right.modified == there.modified;
    // One copy may be right in content and another in attributes: the later change counts, and where clocks do not say
    // which that was, what somebody has set. Users may change one of both meanwhile: the brick looks at it again.
    const Direction of_attributes = direction_of_metadata(testimony, volume_.quorum);
    const bool is_behind = of_attributes.source && !of_attributes.sources.has(source);
    if (right.changed < there.changed) {
      co_await tried(raise_times(gfid, testimony, sink, locked));
      co_return done;
    }
    if (are_same || (is_behind && right.changed == there.changed)) co_return done;
  }
  const fop::Setattr set{
      .gfid = gfid, .iatt = right, .valid = set_attribute::accessed | set_attribute::modified, .xdata = {}};
  co_await tried(healing_.change(locked, set, sink));
  if (!keeps_times) co_return done;
  const std::optional<Value> times = co_await tried(times_of(gfid, source));
  if (!times) co_return done;
  fop::Setxattr set_times{.gfid = gfid, .flags = 0, .values = {}, .xdata = {}};
  set_times.values.set(times_key, *times);
  co_await tried(healing_.change(locked, set_times, sink));
  co_return done;
}

Task<> MetadataHealer::raise_times(Gfid gfid, const Testimony& testimony, Copy later, const Locked& locked) {
  const Iatt& there = testimony.iatts[later];
  // Else somebody may have set the one of its content back, on the others.
  const Moment modified = there.modified == there.changed ? there.modified : Moment{};
  fop::Setxattr raise{.gfid = gfid, .flags = 0, .values = {}, .xdata = {}};
  raise.values.set("set-ctime-mdata", Times{.accessed = {}, .modified = modified, .changed = there.changed});
  for (const Copy copy : (testimony.present & testimony.keeps_times).list()) {
    if (!(testimony.iatts[copy].changed < there.changed)) continue;
    co_await tried(healing_.change(locked, raise, copy));
  }
  co_return done;
}

Task<std::optional<Value>> MetadataHealer::times_of(Gfid gfid, Copy copy) {
  const Call own = healing_.call();
  const fop::Getxattr get{.gfid = gfid, .name_given = 1, .name = times_key, .xdata = {}};
  const Result<fop::Values> times = co_await healing_.at(own, get, copy);
  if (!times && times.error().number() == ENODATA) co_return std::optional<Value>();
  if (!times) co_return times.error();
  const Value* value = times->values.find(times_key);
  co_return value == nullptr ? std::optional<Value>() : std::optional(*value);
}

Task<> MetadataHealer::copy_xattrs(Gfid gfid, Copy source, Copy sink, const Locked& locked) {
  const Call own = healing_.call();
  const fop::Getxattr get{.gfid = gfid, .name_given = 0, .name = {}, .xdata = {}};
  const fop::Values right = co_await tried(healing_.at(own, get, source));
  const fop::Values there = co_await tried(healing_.at(own, get, sink));
  for (const auto& [key, value] : there.values) {
    if (is_own(key) || right.values.has(key)) continue;
    const fop::Removexattr remove{.gfid = gfid, .name = key, .xdata = {}};
    const Result<fop::Acknowledged> removed = co_await healing_.change(locked, remove, sink);
    if (!removed && removed.error().number() != ENODATA) co_return removed.error();
  }
  fop::Setxattr set{.gfid = gfid, .flags = 0, .values = {}, .xdata = {}};
  for (const auto& [key, value] : right.values) {
    const Value* known = there.values.find(key);
    if (!is_own(key) && (known == nullptr || *known != value)) set.values.set(key, value);
  }
  if (set.values.empty()) co_return done;
  co_await tried(healing_.change(locked, set, sink));
  co_return done;
}

}  // namespace mortar::replicate
