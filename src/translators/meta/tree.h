// What stands in a virtual directory: made when it is asked for and never kept, so that it always tells how things are
// now. Only the identities that were given out are remembered, because the kernel comes back with them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/gfid.h"
#include "base/result.h"
#include "runtime/world.h"

namespace mortar::meta {

struct Node;
using Entries = std::vector<std::pair<std::string, Node>>;

struct Node {
  enum class Kind { directory, file, link };
  Kind kind = Kind::directory;
  std::function<Entries()> entries;                     // of a directory
  std::function<std::string()> text;                    // what a file says; where a link leads
  std::function<Result<Done>(std::string_view)> write;  // of a file that takes something; the others take nothing
};

Node directory(std::function<Entries()> entries);
Node file(std::function<std::string()> text, std::function<Result<Done>(std::string_view)> write = nullptr);
Node link(std::function<std::string()> target);

struct Place {
  Gfid gfid;
  Node node;
};

class Tree {
 public:
  Tree(World& world, Gfid root_gfid, Node root);

  // Nothing where that is no identity of this tree, or the object is gone.
  std::optional<Place> find(const Gfid& gfid) const;
  std::optional<Place> find(const Gfid& parent, std::string_view name);
  // Whether the identity was given out; the object may be gone.
  bool knows(const Gfid& gfid) const { return paths_.contains(gfid); }
  // Takes the identities back of what is gone.
  void forget_missing();
  // What a directory lists, without the names that cannot be those of an entry: those of translators and options are
  // made by people.
  static Entries list(const Node& directory);

 private:
  using Path = std::vector<std::string>;

  std::optional<Node> at(const Path& path) const;

  World& world_;
  const Node root_;
  std::unordered_map<Gfid, Path> paths_;
  std::map<Path, Gfid> gfids_;
};

}  // namespace mortar::meta
