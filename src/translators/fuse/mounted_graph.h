// A graph in use by a mount. It stands above the graph's top translator, hears what rises from it, and is shared by the
// mount and by everything that was opened through it.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/event.h"
#include "translator/graph.h"
#include "translators/md_cache/md_cache.h"
#include "translators/quick_read/quick_read.h"
#include "translators/write_behind/write_behind.h"

namespace mortar::fuse {

class MountedGraph final : public PassOn {
 public:
  explicit MountedGraph(std::unique_ptr<Graph> graph) : PassOn("mount"), graph_(std::move(graph)) {
    add_child(graph_->top());
    for (const std::unique_ptr<Translator>& translator : graph_->translators()) {
      if (const auto* found = dynamic_cast<const MdCache*>(translator.get())) md_cache_ = found;
      if (auto* found = dynamic_cast<WriteBehind*>(translator.get())) write_behind_ = found;
      if (const auto* found = dynamic_cast<const QuickRead*>(translator.get())) quick_read_ = found;
    }
  }

  Graph& graph() const { return *graph_; }

  // How long names and attributes may be believed because bricks tell of changes; nothing where they do not.
  std::optional<std::chrono::seconds> believable_for() const {
    return md_cache_ == nullptr ? std::nullopt : md_cache_->believable_for();
  }

  // The content of which files a listing may bring; 0 where nobody would keep it.
  std::uint64_t most_listed_content() const { return quick_read_ == nullptr ? 0 : quick_read_->most_listed(); }

  // Until every write that was answered is on the bricks, well or not.
  Task<> settle() { return write_behind_ == nullptr ? ready<Done>(done) : write_behind_->settle(); }

  // What became of the writes through an open file that were answered early: the error of one that failed.
  Task<> account_for(const Gfid& gfid, const Fd& fd) {
    if (write_behind_ == nullptr) co_return done;
    const Call in_nobodys_name;
    const fop::Flush flush{.gfid = gfid, .fd = fd};
    co_await tried(perform(in_nobodys_name, flush));
    co_return done;
  }

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
  const MdCache* md_cache_ = nullptr;
  WriteBehind* write_behind_ = nullptr;
  const QuickRead* quick_read_ = nullptr;
  bool up_ = false;
  std::optional<Error> failure_;
  Event decision_;
  std::function<void(const notice::CacheInvalidation&)> invalidation_;
};

}  // namespace mortar::fuse
