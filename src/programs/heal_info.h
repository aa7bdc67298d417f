// What waits to be healed on the bricks of a volume, as `gluster volume heal VOLUME info` shows it: in stock's text and
// XML.
#pragma once

#include <string>
#include <vector>

#include "translator/graph.h"

namespace mortar {

// How much of it is shown.
enum class HealInfo { entries, summary, split_brain };

struct BrickToHeal {
  struct Entry {
    std::string gfid;
    std::string path;  // "<gfid:...>" where it has none
    bool is_split_brain = false;
  };
  std::string name;       // "HOST:/PATH"
  std::string host_uuid;  // "-" where it does not say
  bool is_connected = false;
  std::string trouble;    // why its lists are not known
  std::vector<Entry> entries;
};

// Asks all bricks of the graph, which has been started. In the order of the volume file.
Task<std::vector<BrickToHeal>> look_what_waits(Graph& graph);

std::string heal_text(const std::vector<BrickToHeal>& bricks, HealInfo info);
// An error is told in the same document.
std::string heal_xml(const Result<std::vector<BrickToHeal>>& bricks, HealInfo info);

}  // namespace mortar
