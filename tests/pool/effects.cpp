#include "effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mortar::sim {

namespace {

using Kind = Effect::Kind;

std::set<std::string> marks_of(const OptionList& options, std::string_view prefix) {
  std::set<std::string> marks;
  for (const auto& [key, value] : options) {
    if (key.starts_with(prefix)) marks.insert(key + "=" + value);
  }
  return marks;
}

void add_options(std::vector<Effect>& effects, const std::string& subject, const std::set<std::string>& before,
                 const std::set<std::string>& after, Kind set, Kind unset) {
  for (const std::string& option : after) {
    if (!before.contains(option)) effects.push_back({set, subject, option});
  }
  for (const std::string& option : before) {
    // A value that another takes the place of is no change of its own.
    const std::string key = option.substr(0, option.find('=') + 1);
    const bool replaced =
        std::ranges::any_of(after, [&key](const std::string& other) { return other.starts_with(key); });
    if (!after.contains(option) && !replaced) effects.push_back({unset, subject, option});
  }
}

const Volume* find_volume(const Pool& pool, const Gfid& id) {
  const auto found = std::ranges::find(pool.volumes, id, &Volume::id);
  return found == pool.volumes.end() ? nullptr : &*found;
}

void add_volume(std::vector<Effect>& effects, const Volume& before, const Volume& after) {
  const bool was_started = before.status == VolumeState::started;
  const bool is_started = after.status == VolumeState::started;
  if (is_started && !was_started) effects.push_back({Kind::started, after.name, {}});
  if (was_started && !is_started) effects.push_back({Kind::stopped, after.name, {}});
  add_options(effects, after.name, marks_of(before.options, volume_mark), marks_of(after.options, volume_mark),
              Kind::set, Kind::unset);
}

}  // namespace

std::string Effect::text() const {
  static constexpr const char* names[] = {"created", "deleted",  "started",    "stopped", "set",
                                          "unset",   "pool set", "pool unset", "joined",  "left"};
  return fmt::format("{} {} {}", names[static_cast<std::size_t>(kind)], subject, option);
}

std::vector<Effect> effects_between(const Pool& before, const Pool& after) {
  std::vector<Effect> effects;
  for (const Volume& volume : after.volumes) {
    if (const Volume* old = find_volume(before, volume.id)) {
      add_volume(effects, *old, volume);
    } else {
      effects.push_back({Kind::created, volume.name, {}});
    }
  }
  for (const Volume& volume : before.volumes) {
    if (find_volume(after, volume.id) == nullptr) effects.push_back({Kind::deleted, volume.name, {}});
  }
  add_options(effects, "all", marks_of(before.options, pool_mark), marks_of(after.options, pool_mark), Kind::pool_set,
              Kind::pool_unset);
  for (const Server& server : after.servers) {
    if (before.server(server.id) == nullptr) effects.push_back({Kind::joined, server.address, {}});
  }
  for (const Server& server : before.servers) {
    if (after.server(server.id) == nullptr) effects.push_back({Kind::left, server.address, {}});
  }
  return effects;
}

std::string author_of(const Pool& before, const Pool& after) {
  for (const Server& server : after.servers) {
    const Server* old = before.server(server.id);
    if (old != nullptr && old->last_change != server.last_change) return server.address;
  }
  return {};
}

}  // namespace mortar::sim
