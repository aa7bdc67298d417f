#include "translator/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mortar {

// Without recursion: a volfile may stack as many translators as it has sections.
void number_leaves(Translator& top) {
  struct Step {
    Translator* at;
    std::size_t next_child;
    std::uint32_t first;
  };
  std::uint32_t leaves = 0;
  std::vector<std::pair<Translator*, Leaves>> numbered;
  std::set<const Translator*> seen{&top};
  std::vector<Step> way{{&top, 0, 0}};
  while (!way.empty()) {
    Step& step = way.back();
    const std::vector<Translator*>& children = step.at->children();
    if (step.next_child < children.size()) {
      Translator* child = children[step.next_child++];
      if (seen.insert(child).second) way.push_back({child, 0, leaves});
      continue;
    }
    if (children.empty()) ++leaves;
    numbered.emplace_back(step.at, Leaves{.first = step.first, .count = leaves - step.first});
    way.pop_back();
  }
  for (auto& [translator, held] : numbered) {
    held.in_graph = leaves;
    translator->set_leaves(held);
  }
}

Result<std::unique_ptr<Graph>> Graph::build(World& world, const Volfile& volfile, const TranslatorTypes& types) {
  std::unique_ptr<Graph> graph(new Graph);
  graph->volfile_ = volfile;
  for (const VolumeSection& section : volfile.sections) {
    auto type = types.find(section.type);
    if (type == types.end()) {
      return failed(ENOTSUP, fmt::format("volume {}: this program has no translator {}", section.name, section.type));
    }
    Result<std::unique_ptr<Translator>> made = type->second(world, section);
    if (!made) return std::unexpected(made.error());
    for (const std::string& name : section.subvolumes) (*made)->add_child(*graph->find(name));
    graph->translators_.push_back(std::move(*made));
  }
  if (!graph->translators_.empty()) number_leaves(graph->top());
  return graph;
}

Graph::~Graph() {
  while (!translators_.empty()) translators_.pop_back();  // whoever stands above goes first
}

Translator* Graph::find(std::string_view name) const {
  for (const auto& translator : translators_) {
    if (translator->name() == name) return translator.get();
  }
  return nullptr;
}

Task<> Graph::start() {
  for (const auto& translator : translators_) {
    co_await tried(translator->start());
  }
  co_return done;
}

Task<> Graph::stop() {
  for (auto translator = translators_.rbegin(); translator != translators_.rend(); ++translator) {
    co_await tried((*translator)->stop());
  }
  co_return done;
}

bool Graph::has_shape_of(const Volfile& volfile) const {
  return std::ranges::equal(volfile_.sections, volfile.sections,
                            [](const VolumeSection& one, const VolumeSection& two) {
                              return one.name == two.name && one.type == two.type && one.subvolumes == two.subvolumes;
                            });
}

std::vector<Error> Graph::reconfigure(const Volfile& volfile) {
  std::vector<Error> refusals;
  for (std::size_t index = 0; index < volfile_.sections.size(); ++index) {
    VolumeSection& section = volfile_.sections[index];
    const VolumeSection* const changed = volfile.find(section.name);
    if (changed == nullptr || changed->type != section.type || changed->options == section.options) continue;
    if (const Result<Done> applied = translators_[index]->reconfigure(*changed)) {
      section.options = changed->options;
    } else {
      refusals.emplace_back(applied.error().number(),
                            fmt::format("{} keeps its former options: {}", section.name, applied.error().sentence()));
    }
  }
  return refusals;
}

}  // namespace mortar
