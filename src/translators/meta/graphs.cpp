#include "translators/meta/graphs.h"

namespace mortar::meta {

Volfile KnownGraph::volfile() const {
  const std::shared_ptr<const Graph> here = now();
  return here ? here->volfile() : former;
}

void Graphs::use(std::string name, const std::shared_ptr<const Graph>& graph) {
  if (!known_.empty()) {
    const KnownGraph& last = *known_.back();
    known_.back() = std::make_shared<const KnownGraph>(KnownGraph{last.name, last.graph, last.volfile()});
  }
  known_.push_back(std::make_shared<const KnownGraph>(KnownGraph{std::move(name), graph, graph->volfile()}));
  while (known_.size() > most) known_.pop_front();
}

}  // namespace mortar::meta
