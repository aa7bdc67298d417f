// A graph in use by a mount. It stands above the graph's top translator, hears what rises from it, and is shared by the
// mount and by everything that was opened through it.
#pragma once

#include <functional>
#include <memory>

#include "base/event.h"
#include "translator/graph.h"

namespace mortar::fuse {

class MountedGraph final : public PassOn {
 public:
  explicit MountedGraph(std::unique_ptr<Graph> graph) : PassOn("mount"), graph_(std::move(graph)) {
    add_child(graph_->top());
  }

  Graph& graph() const { return *graph_; }
  bool up() const { return up_.is_set(); }
  // Until the volume can serve for the first time.
  Task<> wait_up() { return up_.wait(); }

  void on_invalidation(std::function<void(const notice::CacheInvalidation&)> listener) {
    invalidation_ = std::move(listener);
  }

  void notified(const Notice& notice, Translator&) override {
    if (std::holds_alternative<notice::ChildUp>(notice)) up_.set();
    if (std::holds_alternative<notice::ChildDown>(notice)) up_.reset();
    const auto* invalidation = std::get_if<notice::CacheInvalidation>(&notice);
    if (invalidation != nullptr && invalidation_) invalidation_(*invalidation);
  }

 private:
  std::unique_ptr<Graph> graph_;
  Event up_;
  std::function<void(const notice::CacheInvalidation&)> invalidation_;
};

}  // namespace mortar::fuse
