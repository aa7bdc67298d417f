#include "management/layers.h"

#include <algorithm>

#include "pool/option_table.h"

namespace mortar {

Layers::Layer& Layers::Layer::set(std::string_view key, std::string_view value) {
  for (auto& [name, old] : section_.options) {
    if (name == key) {
      old = value;
      return *this;
    }
  }
  section_.options.emplace(section_.options.begin(), key, value);
  return *this;
}

Layers::Layer Layers::add(std::string_view type, std::string name) {
  std::vector<std::string> children;
  if (!volfile_.sections.empty()) children.push_back(volfile_.sections.back().name);
  return add_beside(type, std::move(name), std::move(children));
}

Layers::Layer Layers::add_beside(std::string_view type, std::string name, std::vector<std::string> children) {
  VolumeSection& section = volfile_.sections.emplace_back();
  section.name = std::move(name);
  section.type = type;
  section.subvolumes = std::move(children);
  return Layer(section);
}

void Layers::add_above(std::string_view kind, std::string_view type, const std::string& name) {
  const auto below = std::ranges::find_if(volfile_.sections, [kind](const VolumeSection& section) {
    const std::string_view whole = section.type;
    return whole.substr(whole.find('/') + 1) == kind;
  });
  if (below == volfile_.sections.end()) return;
  VolumeSection between{.name = name, .type = std::string(type), .options = {}, .subvolumes = {below->name}};
  for (auto above = below + 1; above != volfile_.sections.end(); ++above) {
    std::ranges::replace(above->subvolumes, below->name, name);
  }
  volfile_.sections.insert(below + 1, std::move(between));
}

void Layers::set_all(std::string_view type, std::string_view key, std::string_view value) {
  for (VolumeSection& section : volfile_.sections) {
    if (section.type == type) Layer(section).set(key, value);
  }
}

std::string Layers::text() const {
  std::string text = format_volfile(volfile_);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

void apply_options(Layers& layers, const OptionList& options, std::initializer_list<std::string_view> thought_of) {
  for (const OptionEntry& entry : option_table()) {
    std::string_view name = entry.name;
    if (name.starts_with('!')) {
      if (std::ranges::find(thought_of, entry.key) == thought_of.end()) continue;
      name.remove_prefix(1);
    }
    std::string_view value = options.find(entry.key).value_or(entry.written);
    if (!value.empty()) layers.set_all(entry.translator_type, name, value);
  }
}

std::string option_value(const OptionList& options, std::string_view key) {
  if (std::optional<std::string_view> value = options.find(key)) return std::string(*value);
  const OptionEntry* entry = find_option(key);
  return entry == nullptr ? std::string() : std::string(entry->written);
}

}  // namespace mortar
