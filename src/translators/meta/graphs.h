// The graphs that a mount had and has. One that is no longer used is listed on, by its volume file, for whoever looks
// what became of a change; but only the last few are.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "translator/graph.h"

namespace mortar::meta {

struct KnownGraph {
  std::string name;
  std::weak_ptr<const Graph> graph;
  Volfile former;  // what it was made from, once it is gone

  // Null once it is gone.
  std::shared_ptr<const Graph> now() const { return graph.lock(); }
  Volfile volfile() const;
};

class Graphs {
 public:
  static constexpr std::size_t most = 16;

  // The graph that is used from now on.
  void use(std::string name, const std::shared_ptr<const Graph>& graph);
  bool empty() const { return known_.empty(); }
  const KnownGraph& active() const { return *known_.back(); }
  // The oldest first.
  const std::deque<std::shared_ptr<const KnownGraph>>& known() const { return known_; }

 private:
  std::deque<std::shared_ptr<const KnownGraph>> known_;
};

}  // namespace mortar::meta
