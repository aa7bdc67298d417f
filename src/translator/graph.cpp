#include "translator/graph.h"

#include <fmt/format.h>

namespace mortar {

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

Result<Done> Graph::reconfigure(const Volfile& volfile) {
  bool same_shape = volfile.sections.size() == volfile_.sections.size();
  for (std::size_t index = 0; same_shape && index < volfile.sections.size(); ++index) {
    const VolumeSection& old_section = volfile_.sections[index];
    const VolumeSection& new_section = volfile.sections[index];
    same_shape = old_section.name == new_section.name && old_section.type == new_section.type &&
                 old_section.subvolumes == new_section.subvolumes;
  }
  if (!same_shape) return failed(ENOTSUP);
  for (std::size_t index = 0; index < volfile.sections.size(); ++index) {
    if (volfile.sections[index] == volfile_.sections[index]) continue;
    Result<Done> applied = translators_[index]->reconfigure(volfile.sections[index]);
    if (!applied) return applied;
    volfile_.sections[index] = volfile.sections[index];
  }
  return done;
}

}  // namespace mortar
