#include "translators/client/remote.h"

#include <fmt/format.h>

#include <utility>

namespace mortar {

namespace {

// Who closes one file opens the next one sooner than that, mostly.
constexpr Duration releases_wait = std::chrono::milliseconds(20);

}  // namespace

Remote::Remote(World& world, VolumeSection section, RemoteOptions options, std::shared_ptr<ClientProcess> process,
               Listener listener)
    : world_(world),
      section_(std::move(section)),
      options_(std::move(options)),
      process_(std::move(process)),
      graph_id_(process_->graph_of(section_.name)),
      listener_(std::move(listener)) {
  if (process_->context_id.empty()) process_->context_id = world_.random_gfid().text();
  add_callbacks();
}

void Remote::start() { connecting_.start(keep_connected()); }

Task<> Remote::stop() {
  decided_.set();
  if (connection_) connection_->close();
  went_down();
  connecting_.cancel();
  co_await tasks_.finished();  // all of it fails now
  co_return done;
}

void Remote::opened(Fd& fd, const Gfid& gfid, std::uint32_t flags, bool directory) {
  auto descriptor = std::make_shared<Descriptor>(gfid, flags, directory);
  auto file = std::make_shared<RemoteFile>();
  file->id = ++last_descriptor_;
  file->number = fd.remote;
  descriptor->contexts.put(this, file);
  open_[file->id] = descriptor;
  fd.open = std::move(descriptor);
}

void Remote::release(const std::shared_ptr<Descriptor>& descriptor) {
  const std::shared_ptr<RemoteFile> file = descriptor->contexts.get<RemoteFile>(this);
  if (!file) return;
  locks_.released(*descriptor);
  open_.erase(file->id);
  const std::int64_t number = std::exchange(file->number, -1);
  if (number >= 0 && connection_) release_remotely(connection_, *descriptor, number);
}

void Remote::release_remotely(Connection connection, const Descriptor& descriptor, std::int64_t number) {
  released_.push_back({std::move(connection), descriptor.gfid, number, descriptor.directory});
  if (std::exchange(is_release_due_, true)) return;
  tasks_.start(send_releases_later());
}

Task<> Remote::send_releases_later() {
  co_await tried(world_.sleep(releases_wait));
  is_release_due_ = false;
  send_releases();
  co_return done;
}

void Remote::send_releases() {
  for (Released& file : std::exchange(released_, {})) {
    const Fd fd{file.number, nullptr};
    if (file.directory) {
      tasks_.start(send_release(std::move(file.connection), fop::Releasedir{file.gfid, fd, {}}));
    } else {
      tasks_.start(send_release(std::move(file.connection), fop::Release{file.gfid, fd, {}}));
    }
  }
}

template <class Operation>
Task<> Remote::send_release(Connection connection, Operation operation) {
  operation.xdata.set_present();
  co_await connection->call(operation, Identity{}, credential::glusterfs_3);
  co_return done;
}

void Remote::dump_state(std::string& out) const {
  out += fmt::format("connected={}\nhandshakes={}\nopen-fds={}\n", up_ ? 1 : 0, handshakes_, open_.size());
  if (!connection_) return;
  const RpcCounters& counters = connection_->counters();
  out += fmt::format("total_bytes_read={}\ntotal_bytes_written={}\nping_msgs_sent={}\nmsgs_sent={}\n",
                     counters.bytes_received, counters.bytes_sent, pings_, counters.calls_sent);
}

}  // namespace mortar
