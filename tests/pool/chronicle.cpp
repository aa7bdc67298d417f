#include "chronicle.h"

#include <fmt/format.h>

#include <algorithm>

#include "pool/document.h"
#include "totals.h"

namespace mortar::sim {

void Chronicle::changes(const std::string& author, const Pool& before, const Pool& after) {
  for (const Effect& effect : effects_between(before, after)) {
    if (!commands_.explain(author, effect)) {
      complain(fmt::format("no command explains this change by {}: {}", author, effect.text()));
    }
  }
}

void Chronicle::agreed(const VoterGroups::Group& group, const Document& document) {
  ++totals().documents;
  if (group.lost != 0) complain("what was agreed on was lost");
  const Result<Pool> pool = parse_pool(document.text);
  if (!pool) return complain("a document cannot be read: " + pool.error().sentence());
  const bool is_first = !lines_.contains(group.pool);
  Line& line = lines_[group.pool];
  if (is_first) {
    line.group = group.number;
    // Its first server was alone before and knows the same.
    for (const auto& [server, known] : known_) {
      const bool is_founder = known.was_alone && known.alone.server(pool->servers.front().id) != nullptr;
      if (is_founder) line.last = known.alone;
    }
    line.last.servers = pool->servers;
  }
  if (line.group != group.number) complain("one pool has become two");
  changes(author_of(line.last, *pool), line.last, *pool);
  line.texts[document.version] = document.text;
  line.last = *pool;
}

void Chronicle::knows(const std::string& server, const std::string& address, const Pool& pool, std::uint64_t version) {
  Known& known = known_[server];
  const Gfid& id = pool.trust.pool;
  if (version == 0 || (known.version == version && known.pool == id)) return;
  std::uint64_t& newest = known.newest[id];
  if (version < newest) {
    complain(
        fmt::format("{} knew version {} of the pool {} and knows version {} now", server, newest, id.text(), version));
  }
  newest = std::max(newest, version);
  if (id.is_null()) {
    knows_alone(known, server, address, pool);
  } else {
    const auto line = lines_.find(id);
    const bool was = line != lines_.end() && line->second.texts.contains(version) &&
                     line->second.texts.at(version) == format_pool(pool);
    if (!was) complain(fmt::format("{} knows a version {} of the pool {} that never was", server, version, id.text()));
  }
  known.pool = id;
  known.version = version;
}

void Chronicle::knows_alone(Known& known, const std::string& server, const std::string& address, const Pool& pool) {
  if (pool.servers.size() != 1) complain(server + " is alone with others");
  Pool before = known.alone;
  const auto line = lines_.find(known.pool);
  // It was the last of its pool, or it was detached and has nothing of it any more.
  if (line != lines_.end()) {
    const bool was_last = line->second.last.servers.size() == 1 && line->second.last.server(pool.servers.front().id);
    before = was_last ? line->second.last : Pool{};
    if (!was_last) before.options = pool.options;
  } else if (!known.was_alone) {
    before = {};
  }
  before.servers = pool.servers;
  changes(address, before, pool);
  known.alone = pool;
  known.was_alone = true;
}

void Chronicle::forgets(const std::string& server) { known_.erase(server); }

}  // namespace mortar::sim
