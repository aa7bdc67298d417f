#include "translators/meta/tree.h"

#include <algorithm>

#include "base/name.h"

namespace mortar::meta {

namespace {

std::optional<Node> entry_of(const Node& directory, std::string_view name) {
  if (directory.kind != Node::Kind::directory) return std::nullopt;
  Entries entries = Tree::list(directory);
  const auto found = std::ranges::find(entries, name, &Entries::value_type::first);
  if (found == entries.end()) return std::nullopt;
  return std::move(found->second);
}

}  // namespace

Node directory(std::function<Entries()> entries) {
  return {.kind = Node::Kind::directory, .entries = std::move(entries), .text = nullptr, .write = nullptr};
}

Node file(std::function<std::string()> text, std::function<Result<Done>(std::string_view)> write) {
  return {.kind = Node::Kind::file, .entries = nullptr, .text = std::move(text), .write = std::move(write)};
}

Node link(std::function<std::string()> target) {
  return {.kind = Node::Kind::link, .entries = nullptr, .text = std::move(target), .write = nullptr};
}

Tree::Tree(World& world, Gfid root_gfid, Node root) : world_(world), root_(std::move(root)) {
  paths_.emplace(root_gfid, Path{});
  gfids_.emplace(Path{}, root_gfid);
}

std::optional<Node> Tree::at(const Path& path) const {
  std::optional<Node> node = root_;
  for (const std::string& name : path) {
    node = entry_of(*node, name);
    if (!node) break;
  }
  return node;
}

std::optional<Place> Tree::find(const Gfid& gfid) const {
  const auto path = paths_.find(gfid);
  if (path == paths_.end()) return std::nullopt;
  std::optional<Node> node = at(path->second);
  if (!node) return std::nullopt;
  return Place{gfid, std::move(*node)};
}

std::optional<Place> Tree::find(const Gfid& parent, std::string_view name) {
  const auto above = paths_.find(parent);
  if (above == paths_.end()) return std::nullopt;
  Path path = above->second;
  path.emplace_back(name);
  std::optional<Node> node = at(path);
  if (!node) return std::nullopt;
  const auto [known, is_new] = gfids_.try_emplace(std::move(path));
  if (is_new) {
    known->second = world_.random_gfid();
    paths_.emplace(known->second, known->first);
  }
  return Place{known->second, std::move(*node)};
}

void Tree::forget_missing() {
  std::erase_if(paths_, [this](const auto& known) {
    if (at(known.second)) return false;
    gfids_.erase(known.second);
    return true;
  });
}

Entries Tree::list(const Node& directory) {
  Entries entries = directory.entries();
  std::erase_if(entries, [](const auto& entry) { return !Name::make(entry.first); });
  return entries;
}

}  // namespace mortar::meta
