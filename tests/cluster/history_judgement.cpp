// Whether what was noted can have happened.
#include <fmt/format.h>

#include <algorithm>

#include "history.h"

namespace mortar::sim {

namespace {

using Requires = RegisterEvent::Requires;

const char* const aspects[] = {"the name", "the mode", "the owner", "the group", "the attribute", "block"};

std::string text_of_value(const RegisterValue& value) { return value.is_null() ? "nothing" : value.text(); }

std::string text_of_event(const RegisterEvent& event) {
  std::string text = fmt::format("{} to {}: {}{}", event.begin, event.end == never ? "?" : std::to_string(event.end),
                                 event.what, event.is_certain ? "" : " (perhaps)");
  const bool found_nothing = event.requires_ == Requires::nothing || event.requires_ == Requires::vacant;
  if (found_nothing) text += ", found nothing";
  if (event.requires_ == Requires::something) text += ", found something";
  if (event.requires_ == Requires::value) text += ", found " + text_of_value(event.required);
  if (event.requires_ == Requires::another) text += ", as it led no more to " + text_of_value(event.required);
  if (!event.leaves.empty()) text += event.is_choice ? ", left perhaps" : ", left";
  for (const RegisterValue& value : event.leaves) text += " " + text_of_value(value);
  return text;
}

}  // namespace

std::string History::judge() {
  if (!failure_.empty()) return failure_;
  if (std::string wrong = judge_locks(); !wrong.empty()) return wrong;
  settle_renames();
  bury_directories();
  expect_nameless();
  for (auto& [key, of] : registers_) {
    if (!is_judged(key)) continue;
    const Aspect aspect = std::get<0>(key);
    if (aspect == Aspect::name) forgive_listings(of);
    const bool is_attribute = aspect == Aspect::mode || aspect == Aspect::owner || aspect == Aspect::group;
    // An object that nobody is known to have made: a crash in the middle left it, and who looked it up gave it a gfid.
    const bool is_foundling = is_attribute && of.start.is_null() && !crashes_.empty() &&
                              std::ranges::none_of(of.events, [](const auto& event) { return event.is_making; });
    if (is_foundling) continue;
    add_crashes(key, of);
    if (const auto wrong = first_impossible(of.events, of.start)) return text_of(key, of, *wrong);
  }
  return "";
}

// Who cannot reach the brick whose copy of a directory leads sees another copy, which may have missed a change.
bool History::is_judged(const Key& key) const {
  const auto& [aspect, object, name] = key;
  if (aspect == Aspect::name && !one_disk_ && may_be_stray(object, name)) return false;
  const bool judges_nameless = judges_nameless_ && !copy_lost_power_;
  if (aspect != Aspect::name && !judges_nameless && nameless_.contains(object)) return false;
  const bool is_of_object = aspect != Aspect::name && aspect != Aspect::block;
  return one_disk_ || !had_fault_ || !is_of_object || !directories_.contains(object);
}

// Bricks are listed one after the other: what moves from one to another meanwhile may be missed. One copy alone is
// listed: what only some have made, and take back, may be seen.
void History::forgive_listings(Register& name) const {
  if (one_disk_) return;
  const std::vector<RegisterEvent>& events = name.events;
  const auto is_overtaken = [&](const RegisterEvent& listing) {
    if (listing.what != listing_misses) return false;
    if (listing.requires_ == Requires::something) {
      return std::ranges::any_of(name.taken_back, [&listing](const std::pair<Tick, Tick>& meanwhile) {
        return meanwhile.first < listing.end && listing.begin < meanwhile.second;
      });
    }
    return std::ranges::any_of(events, [&listing](const RegisterEvent& other) {
      return !other.leaves.empty() && other.begin < listing.end && listing.begin < other.end;
    });
  };
  std::vector<RegisterEvent> kept;
  for (const RegisterEvent& event : events) {
    if (!is_overtaken(event)) kept.push_back(event);
  }
  name.events = std::move(kept);
}

void History::settle_renames() {
  for (const Rename& rename : renames_) {
    registers_[rename.from].events[rename.event].is_choice = linked_.contains(rename.gfid);
  }
  // Twice, for one may have moved what another one did.
  for (int round = 0; round < 2; ++round) {
    for (const LostRename& lost : lost_renames_) {
      const Register& from = registers_[lost.from];
      std::vector<RegisterValue> moved = possible_values(from.events, from.start, lost.begin, never);
      std::erase(moved, null_gfid);
      RegisterEvent& event = registers_[lost.to].events[lost.event];
      event.leaves = std::move(moved);
      event.is_choice = true;
    }
  }
}

// Where it is clear which directory was removed; a crash may bring it back.
void History::bury_directories() {
  if (!crashes_.empty()) return;
  std::vector<std::pair<Key, RegisterEvent>> burials;
  for (const Removal& removal : removals_) {
    const Register& name = registers_[removal.key];
    std::vector<RegisterValue> candidates = possible_values(name.events, name.start, removal.begin, removal.end);
    std::erase(candidates, null_gfid);
    if (candidates.size() != 1) continue;
    for (const auto& [key, of] : registers_) {
      if (std::get<0>(key) != Aspect::name || std::get<1>(key) != candidates.front()) continue;
      RegisterEvent burial{.begin = removal.begin, .end = removal.end, .requires_ = Requires::nothing};
      burial.leaves = {dead};
      burial.what = "the directory is removed";
      burials.emplace_back(key, std::move(burial));
    }
  }
  for (auto& [key, burial] : burials) registers_[key].events.push_back(std::move(burial));
}

void History::expect_nameless() {
  for (const Refusal& refusal : refusals_) {
    for (auto& [key, of] : registers_) {
      const auto leads_there = [&refusal](const RegisterEvent& event) {
        return std::ranges::find(event.leaves, refusal.gfid) != event.leaves.end();
      };
      const bool is_its_name = of.start == refusal.gfid || std::ranges::any_of(of.events, leads_there);
      if (std::get<0>(key) != Aspect::name || !is_its_name) continue;
      of.events.push_back({.begin = refusal.begin,
                           .end = refusal.end,
                           .requires_ = Requires::another,
                           .required = refusal.gfid,
                           .what = refusal.what});
    }
  }
}

// A name that was being made when the power went gets its identity from who looks it up afterwards: those that nobody
// gave it, and when they were seen first.
std::map<Gfid, Tick> History::foundlings_of(const Register& name) const {
  std::map<Gfid, Tick> found;
  for (const RegisterEvent& event : name.events) {
    if (event.requires_ != Requires::value || made_.contains(event.required)) continue;
    const auto [entry, fresh] = found.try_emplace(event.required, event.begin);
    entry->second = std::min(entry->second, event.begin);
  }
  return found;
}

void History::add_crashes(const Key& key, Register& of) {
  const auto& [aspect, object, name] = key;
  const std::map<Gfid, Tick> foundlings = aspect == Aspect::name ? foundlings_of(of) : std::map<Gfid, Tick>();
  for (const Crash& crash : crashes_) {
    Tick since = 0;
    for (const Sync& sync : crash.syncs) {
      const bool is_content = aspect == Aspect::block;
      const bool is_of_all = sync.gfid.is_null();
      const bool is_of_this = sync.gfid == object && aspect != Aspect::name && (is_content || sync.with_names);
      const bool is_of_disk = sync.with_names && !is_content;
      if (is_of_all || is_of_this || is_of_disk) since = std::max(since, sync.begin);
    }
    RegisterEvent event{.begin = crash.begin, .end = crash.end, .what = "power cut"};
    event.leaves = possible_values(of.events, of.start, since, crash.begin);
    event.is_choice = true;
    for (const auto& [gfid, first_seen] : foundlings) {
      if (crash.begin < first_seen) event.leaves.push_back(gfid);
    }
    of.events.push_back(std::move(event));
  }
}

std::string History::judge_locks() const {
  for (const Held& one : held_) {
    for (const Held& other : held_) {
      const bool excluded = one.gfid == other.gfid && (one.write || other.write) && one.first <= other.last &&
                            other.first <= one.last && (one.client != other.client || one.owner != other.owner);
      if (!excluded || one.from >= other.to || other.from >= one.to) continue;
      return fmt::format("clients {} and {} hold locks on {} that exclude each other, from {} to {} and from {} to {}",
                         one.client, other.client, one.gfid.text(), one.from, one.to, other.from, other.to);
    }
  }
  return "";
}

std::string History::text_of(const Key& key, const Register& of, std::size_t wrong) const {
  const auto& [aspect, object, name] = key;
  std::string text = fmt::format("{} {} of {} cannot be as it was seen; number {} is impossible:",
                                 aspects[static_cast<std::size_t>(aspect)], name, object.text(), wrong);
  std::vector<std::size_t> order(of.events.size());
  for (std::size_t at = 0; at < order.size(); ++at) order[at] = at;
  std::ranges::sort(order, {}, [&of](std::size_t at) { return of.events[at].begin; });
  for (std::size_t at : order) text += fmt::format("\n  number {}: {}", at, text_of_event(of.events[at]));
  return text;
}

}  // namespace mortar::sim
