// A graph in use by a mount. It stands above the graph's top translator, hears what rises from it, and is shared by the
// mount and by everything that was opened through it.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/event.h"
#include "translator/graph.h"

namespace mortar::fuse {

class MountedGraph final : public PassOn {
 public:
  explicit MountedGraph(std::unique_ptr<Graph> graph) : PassOn("mount"), graph_(std::move(graph)) {
    add_child(graph_->top());
  }

  Graph& graph() const { return *graph_; }

  // Until it is known whether the volume can serve. An error where it cannot: its sentence says why.
  Task<> decided() {
    if (!up_ && !failure_) {
      co_await decision_.wait();
    }
    if (!up_) co_return *failure_;
    co_return done;
  }

  void on_invalidation(std::function<void(const notice::CacheInvalidation&)> listener) {
    invalidation_ = std::move(listener);
  }

  void notified(const Notice& notice, Translator&) override {
    if (std::holds_alternative<notice::ChildUp>(notice)) {
      up_ = true;
      decision_.set();
    } else if (std::holds_alternative<notice::ChildDown>(notice)) {
      up_ = false;
      if (!failure_) failure_ = Error(ENOTCONN, "the volume's bricks cannot be reached");
      decision_.set();
    } else if (const auto* refused = std::get_if<notice::ChildRefused>(&notice)) {
      failure_ = Error(refused->number, refused->sentence);
      decision_.set();
    } else if (const auto* invalidation = std::get_if<notice::CacheInvalidation>(&notice)) {
      if (invalidation_) invalidation_(*invalidation);
    }
  }

 private:
  std::unique_ptr<Graph> graph_;
  bool up_ = false;
  std::optional<Error> failure_;
  Event decision_;
  std::function<void(const notice::CacheInvalidation&)> invalidation_;
};

}  // namespace mortar::fuse
