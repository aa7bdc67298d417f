#include "programs/heal_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "command/xml.h"
#include "translators/replicate/heal_index.h"
#include "translators/replicate/replicate.h"

namespace mortar {

namespace {

using replicate::Copy;
using replicate::HealEnd;
using replicate::HealIndex;
using replicate::HealList;
using replicate::HealReport;

constexpr const char* path_key = "glusterfs.gfidtopath";
constexpr const char* node_key = "trusted.glusterfs.node-uuid";
constexpr const char* not_connected = "Transport endpoint is not connected";

std::string brick_name(const Graph& graph, const Translator& client) {
  const VolumeSection* section = graph.volfile().find(client.name());
  if (section == nullptr) return client.name();
  return fmt::format("{}:{}", section->option("remote-host").value_or("?"),
                     section->option("remote-subvolume").value_or("?"));
}

Task<std::string> text_at(replicate::Healing& healing, Copy copy, Gfid gfid, std::string key) {
  const Call own = healing.call();
  const fop::Getxattr get{.gfid = gfid, .name_given = 1, .name = std::move(key), .xdata = {}};
  const fop::Values values = co_await tried(healing.at(own, get, copy));
  co_return std::string(values.values.text(get.name).value_or(""));
}

// Somebody who changes it holds its lock: that a change is under way is no damage then, and none may begin while it is
// looked at.
Task<HealReport> diagnose_at_rest(Replicate& set, Gfid gfid) {
  replicate::Healing& healing = set.healer().healing();
  replicate::Refusals refusals;
  std::vector<std::pair<replicate::LockedThing, replicate::Locked>> held;
  for (const replicate::LockKind kind : {replicate::LockKind::content, replicate::LockKind::attributes}) {
    replicate::LockedThing thing = healing.thing(gfid, kind, healing.volume().domain());
    replicate::Locked got = co_await tried(healing.locks().try_to_take(thing, healing.volume().up(), refusals));
    held.emplace_back(std::move(thing), std::move(got));
  }
  Result<HealReport> report = HealReport{};
  if (!refusals.is_taken) {
    report = co_await set.healer().diagnose(gfid);
  }
  for (const auto& [thing, got] : held) {
    co_await tried(healing.locks().give_back(thing, got));
  }
  co_return std::move(report);
}

Task<> look_at(Replicate& set, Copy copy, std::string listed, HealList list, BrickToHeal& brick) {
  const std::optional<Gfid> gfid = Gfid::parse(listed);
  if (!gfid) co_return done;
  replicate::Healing& healing = set.healer().healing();
  HealReport report;
  if (list == HealList::dirty) {
    report = co_await tried(diagnose_at_rest(set, *gfid));
  } else {
    report = co_await tried(set.healer().diagnose(*gfid));
  }
  if (report.end == HealEnd::gone || report.end == HealEnd::nothing_to_do) co_return done;
  const Result<std::string> path = co_await text_at(healing, copy, *gfid, path_key);
  brick.entries.push_back({.gfid = listed,
                           .path = path && !path->empty() ? *path : fmt::format("<gfid:{}>", listed),
                           .is_split_brain = report.end == HealEnd::split_brain});
  co_return done;
}

Task<> look_at_copy(Replicate& set, Copy copy, BrickToHeal& brick) {
  replicate::Healing& healing = set.healer().healing();
  const Result<std::string> node = co_await text_at(healing, copy, root_gfid, node_key);
  if (node) brick.host_uuid = *node;
  HealIndex index(healing);
  std::set<std::string> seen;
  for (const HealList list : {HealList::blamed, HealList::dirty}) {
    const std::vector<std::string> entries = co_await tried(index.entries(copy, list));
    for (const std::string& entry : entries) {
      if (!seen.insert(entry).second) continue;
      co_await tried(look_at(set, copy, entry, list, brick));
    }
  }
  co_return done;
}

std::size_t in_split_brain(const BrickToHeal& brick) {
  return static_cast<std::size_t>(std::ranges::count_if(brick.entries, &BrickToHeal::Entry::is_split_brain));
}

std::string number(const BrickToHeal& brick, std::size_t count) {
  return brick.is_connected ? fmt::to_string(count) : "-";
}

bool is_shown(const BrickToHeal::Entry& entry, HealInfo info) {
  return info == HealInfo::entries || (info == HealInfo::split_brain && entry.is_split_brain);
}

std::string status_of(const BrickToHeal& brick) {
  if (!brick.is_connected) return not_connected;
  return brick.trouble.empty() ? "Connected" : brick.trouble;
}

void write(command::Xml& xml, const BrickToHeal& brick, HealInfo info) {
  xml.open("brick");
  xml.attribute("hostUuid", brick.host_uuid);
  xml.element("name", brick.name);
  for (const BrickToHeal::Entry& entry : brick.entries) {
    if (!is_shown(entry, info)) continue;
    xml.open("file");
    xml.attribute("gfid", entry.gfid);
    xml.text(entry.path);
    xml.close();
  }
  xml.element("status", status_of(brick));
  const std::size_t all = brick.entries.size();
  const std::size_t split = in_split_brain(brick);
  if (info == HealInfo::summary) {
    xml.element("totalNumberOfEntries", number(brick, all));
    xml.element("numberOfEntriesInHealPending", number(brick, all - split));
    xml.element("numberOfEntriesInSplitBrain", number(brick, split));
    xml.element("numberOfEntriesPossiblyHealing", number(brick, 0));
  } else {
    xml.element("numberOfEntries", number(brick, info == HealInfo::entries ? all : split));
  }
  xml.close();
}

}  // namespace

Task<std::vector<BrickToHeal>> look_what_waits(Graph& graph) {
  std::vector<BrickToHeal> bricks;
  for (const std::unique_ptr<Translator>& translator : graph.translators()) {
    auto* set = dynamic_cast<Replicate*>(translator.get());
    if (set == nullptr) continue;
    for (const Copy copy : set->volume().all().list()) {
      BrickToHeal brick{.name = brick_name(graph, set->volume().subvolume(copy)), .host_uuid = "-"};
      brick.is_connected = set->volume().up().has(copy);
      if (brick.is_connected) {
        const Result<Done> looked = co_await look_at_copy(*set, copy, brick);
        if (!looked) brick.trouble = looked.error().sentence();
      }
      bricks.push_back(std::move(brick));
    }
  }
  co_return std::move(bricks);
}

std::string heal_text(const std::vector<BrickToHeal>& bricks, HealInfo info) {
  std::string text;
  for (const BrickToHeal& brick : bricks) {
    text += fmt::format("Brick {}\n", brick.name);
    for (const BrickToHeal::Entry& entry : brick.entries) {
      if (!is_shown(entry, info)) continue;
      const bool says_so = info == HealInfo::entries && entry.is_split_brain;
      text += entry.path + (says_so ? " - Is in split-brain\n" : info == HealInfo::entries ? " \n" : "\n");
    }
    text += fmt::format("Status: {}\n", status_of(brick));
    const std::size_t all = brick.entries.size();
    const std::size_t split = in_split_brain(brick);
    switch (info) {
      case HealInfo::entries: text += fmt::format("Number of entries: {}\n\n", number(brick, all)); break;
      case HealInfo::split_brain:
        text += fmt::format("Number of entries in split-brain: {}\n\n", number(brick, split));
        break;
      case HealInfo::summary:
        text += fmt::format(
            "Total Number of entries: {}\nNumber of entries in heal pending: {}\nNumber of entries in split-brain: {}\n"
            "Number of entries possibly healing: {}\n\n",
            number(brick, all), number(brick, all - split), number(brick, split), number(brick, 0));
        break;
    }
  }
  return text;
}

std::string heal_xml(const Result<std::vector<BrickToHeal>>& bricks, HealInfo info) {
  command::Xml xml;
  xml.open("healInfo");
  xml.open("bricks");
  if (bricks) {
    for (const BrickToHeal& brick : *bricks) write(xml, brick, info);
  }
  xml.close();
  xml.close();
  if (bricks) {
    xml.outcome(0, 0, "");
  } else {
    xml.outcome(-1, bricks.error().number(), bricks.error().sentence());
  }
  return xml.finish();
}

}  // namespace mortar
