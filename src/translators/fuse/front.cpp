#include "translators/fuse/front.h"

#include <fmt/format.h>

#include "base/log.h"
#include "translator/state_dump.h"

namespace mortar::fuse {

Front::Front(World& world, MountOptions options)
    : world_(world),
      options_(std::move(options)),
      groups_(world, options_.group_timeout),
      look_ahead_(world, background_, [this] { return asked(); }, changes_),
      walk_ahead_(
          world, background_,
          [this](Call call, std::shared_ptr<Translator> graph, Gfid gfid, Fd fd, std::size_t size) {
            return entries_from(std::move(call), std::move(graph), gfid, std::move(fd), 0, size, true);
          },
          changes_),
      listing_habit_(world) {
  settled_.set();
}

void Front::use(std::shared_ptr<MountedGraph> graph) {
  graph->on_invalidation([this](const notice::CacheInvalidation& invalidation) { heard(invalidation); });
  const bool switched = graph_ != nullptr;
  if (switched) retired_.push_back(std::move(graph_));
  graph_ = std::move(graph);
  // Bricks tell the clients of the old graph, which nobody will hear for much longer.
  if (switched) {
    forget_all();
    background_.start(settle(retired_.back()));
  }
  stop_unused_graphs();
}

// What the old graph answered early has to be on the bricks before the new one is asked.
Task<> Front::settle(GraphPointer graph) {
  ++unsettled_;
  settled_.reset();
  co_await graph->settle();
  if (--unsettled_ == 0) settled_.set();
  co_return done;
}

Task<> Front::stop() {
  end_requests();
  for (auto& [number, handle] : handles_) {
    release_later(Call{}, handle->graph, handle->inode->gfid, std::move(handle->fd), handle->directory);
  }
  handles_.clear();
  look_ahead_.forget_all();
  walk_ahead_.forget_all();
  co_await background_.finished();
  // It is heard to its end: connections may be lost meanwhile.
  if (graph_) retired_.push_back(graph_);
  for (const GraphPointer& graph : retired_) {
    Result<Done> stopped = co_await graph->graph().stop();
    if (!stopped) log::warning("mount", "a graph did not stop cleanly: {}", stopped.error().sentence());
  }
  retired_.clear();
  graph_.reset();
  co_return done;
}

namespace {

Task<> stop_graph(std::shared_ptr<MountedGraph> graph) {
  Result<Done> stopped = co_await graph->graph().stop();
  if (!stopped) log::warning("mount", "an old graph did not stop cleanly: {}", stopped.error().sentence());
  co_return done;
}

}  // namespace

std::string Front::mount_section() const {
  return fmt::format(
      "[xlator.mount.fuse.priv]\nmount_point={}\ndirect_io_mode={}\nentry_timeout={:f}\nattribute_timeout={:f}\n"
      "negative_timeout={:f}\nuse_readdirp={}\nread_only={}\nopen_handles={}\nrequests={}\n",
      options_.directory, options_.direct_io.value_or(false) ? 1 : 0, entry_term(), attribute_term(),
      options_.negative_timeout, options_.readdir_with_attributes ? 1 : 0, options_.read_only ? 1 : 0, handles_.size(),
      busy());
}

void Front::dump_state(std::string& out) const {
  const std::size_t open = inodes_.open();
  out += '\n' + mount_section();
  out += fmt::format("\n[global.callpool]\ncallpool.cnt={}\n", busy());
  out += fmt::format("\n[xlator.mount.fuse.itable]\nactive_size={}\nlru_size={}\n", open, inodes_.size() - open);
  dump_graph(graph_->graph(), out);
  for (const GraphPointer& graph : retired_) dump_graph(graph->graph(), out);
}

void Front::stop_unused_graphs() {
  for (auto place = retired_.begin(); place != retired_.end();) {
    if (place->use_count() == 1) {
      background_.start(stop_graph(std::move(*place)));
      place = retired_.erase(place);
    } else {
      ++place;
    }
  }
}

Call Front::call_of(const Request& request) {
  const fuse_ctx& who = request.context();
  Call call;
  call.pid = who.pid;
  call.uid = who.uid;
  call.gid = who.gid;
  call.groups = groups_.of(request);
  if (options_.client_pid) {
    call.pid = *options_.client_pid;
  } else if (options_.no_root_squash && who.uid == 0) {
    call.pid = internal_pid::no_root_squash;
  }
  return call;
}

Result<InodePointer> Front::known(std::uint64_t number) const {
  InodePointer inode = inodes_.find(number);
  if (!inode) return failed(ESTALE);
  return inode;
}

}  // namespace mortar::fuse
