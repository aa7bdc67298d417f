#include "management/state_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "pool/server_quorum.h"

namespace mortar {

namespace {

constexpr std::int64_t most_clients = 65536;

std::string_view word_of(VolumeState status) {
  switch (status) {
    case VolumeState::created: return "Created";
    case VolumeState::started: return "Started";
    case VolumeState::stopped: return "Stopped";
  }
  return "Created";
}

std::string type_of(const Volume& volume) {
  if (volume.type == VolumeType::distribute) return "Distribute";
  const bool several = volume.bricks.size() > volume.set_size();
  return fmt::format("{}{}", several ? "Distributed-" : "",
                     volume.type == VolumeType::replicate ? "Replicate" : "Disperse");
}

std::string_view word_of(Transport transport) {
  switch (transport) {
    case Transport::tcp: return "tcp";
    case Transport::rdma: return "rdma";
    case Transport::both: return "tcp_rdma_both";
  }
  return "tcp";
}

// Whether enough servers are there for a volume that asks for it.
std::string_view quorum_of(const ServerState& state, const Volume& volume) {
  if (!follows_server_quorum(volume) || volume.status != VolumeState::started) return "not_applicable";
  const auto there = static_cast<std::size_t>(std::ranges::count_if(
      state.pool.servers, [&state](const Server& one) { return one.id == state.server || state.is_connected(one); }));
  return there >= servers_needed(state.pool) ? "meets" : "does_not_meet";
}

class Report {
 public:
  explicit Report(const ServerState& state) : state_(state) {}

  std::string text() {
    add("[Global]\nMYUUID: {}\nop-version: {}\n\n[Global options]\n", state_.server.text(), state_.pool.op_version);
    for (const auto& [key, value] : state_.pool.options) add("{}: {}\n", key, value);
    add("\n[Peers]\n");
    add_peers();
    add("\n[Volumes]\n");
    for (std::size_t place = 0; place < state_.pool.volumes.size(); ++place) {
      add_volume(fmt::format("Volume{}", place + 1), state_.pool.volumes[place]);
    }
    add("\n[Services]\n");
    add_services();
    add("\n[Misc]\nBase port: {}\n", state_.first_brick_port);
    return std::move(text_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
  }

  void add_peers() {
    int place = 0;
    for (const Server& server : state_.pool.servers) {
      if (server.id == state_.server) continue;
      const std::string peer = fmt::format("Peer{}", ++place);
      const std::vector<std::string>& names = server.names;
      add("{}.primary_hostname: {}\n", peer, names.empty() ? server.address : names.front());
      add("{}.uuid: {}\n{}.state: Peer in Cluster\n", peer, server.id.text(), peer);
      add("{}.connected: {}\n", peer, state_.is_connected(server) ? "Connected" : "Disconnected");
      add("{}.othernames: {}\n", peer,
          names.empty() ? "" : fmt::format("{}", fmt::join(names.begin() + 1, names.end(), ",")));
    }
  }

  void add_volume(const std::string& name, const Volume& volume) {
    const bool profiled = volume.options.is_on("diagnostics.latency-measurement", false) &&
                          volume.options.is_on("diagnostics.count-fop-hits", false);
    add("{0}.name: {1}\n{0}.id: {2}\n{0}.type: {3}\n{0}.transport_type: {4}\n{0}.status: {5}\n", name, volume.name,
        volume.id.text(), type_of(volume), word_of(volume.transport), word_of(volume.status));
    add("{0}.profile_enabled: {1}\n{0}.brickcount: {2}\n", name, profiled ? 1 : 0, volume.bricks.size());
    for (std::size_t place = 0; place < volume.bricks.size(); ++place) {
      add_brick(fmt::format("{}.Brick{}", name, place + 1), volume, place);
    }
    add("{0}.snap_count: 0\n{0}.stripe_count: 1\n{0}.replica_count: {1}\n{0}.subvol_count: {2}\n"
        "{0}.arbiter_count: {3}\n{0}.disperse_count: {4}\n{0}.redundancy_count: {5}\n{0}.quorum_status: {6}\n",
        name, volume.replica_count, volume.bricks.size() / volume.set_size(), volume.arbiter_count,
        volume.disperse_count, volume.redundancy_count, quorum_of(state_, volume));
    const bool was_started = volume.status != VolumeState::created;
    add("{0}.snapd_svc.online_status: Offline\n{0}.snapd_svc.inited: {1}\n", name, was_started ? "True" : "False");
    add("{0}.rebalance.id: {1}\n{0}.rebalance.status: not_started\n{0}.rebalance.failures: 0\n"
        "{0}.rebalance.skipped: 0\n{0}.rebalance.lookedup: 0\n{0}.rebalance.files: 0\n{0}.rebalance.data: 0Bytes\n"
        "{0}.time_left: 0\n{0}.shd_svc.online_status: {2}\n{0}.shd_svc.inited: {3}\n{0}.gsync_count: 0\n",
        name, Gfid().text(), state_.has_healer(volume) ? "Online" : "Offline",
        state_.wants_healer(volume) ? "True" : "False");
    // The newest first.
    for (auto option = volume.options.end(); option != volume.options.begin();) {
      --option;
      add("{}.options.{}: {}\n", name, option->first, option->second);
    }
    add("\n");
  }

  void add_brick(const std::string& name, const Volume& volume, std::size_t place) {
    const Brick& brick = volume.bricks[place];
    add("{0}.path: {1}\n{0}.hostname: {2}\n", name, brick.text(), brick.host);
    if (volume.is_arbiter(place)) add("{}.is_arbiter: 1\n", name);
    if (brick.server != state_.server) return;
    const BrickState& own = state_.bricks.at(brick.path);
    add("{0}.port: {1}\n{0}.rdma_port: 0\n{0}.port_registered: {2}\n{0}.status: {3}\n", name, own.port,
        own.signed_in ? 1 : 0, own.runs ? "Started" : "Stopped");
    add("{0}.spacefree: {1}Bytes\n{0}.spacetotal: {2}Bytes\n", name, own.bytes_free, own.bytes_total);
    if (own.clients.present()) add_clients(name, own.clients);
  }

  void add_clients(const std::string& brick, const Dictionary& told) {
    const std::int64_t count = std::clamp<std::int64_t>(told.number("clientcount").value_or(0), 0, most_clients);
    add("{}.client_count: {}\n", brick, count);
    for (std::int64_t client = 0; client < count; ++client) {
      auto value = [&told, client](std::string_view key) {
        return told.text(fmt::format("client{}.{}", client, key)).value_or("");
      };
      const std::string name = fmt::format("{}.Client{}", brick, client + 1);
      add("{0}.hostname: {1}\n{0}.bytesread: {2}\n{0}.byteswrite: {3}\n{0}.opversion: {4}\n", name, value("hostname"),
          value("bytesread"), value("byteswrite"), value("opversion"));
    }
  }

  // Stock knows of its daemons once a volume was started.
  void add_services() {
    if (std::ranges::none_of(state_.pool.volumes,
                             [](const Volume& volume) { return volume.status != VolumeState::created; })) {
      return;
    }
    add("svc1.name: bitd\nsvc1.online_status: Offline\n\nsvc2.name: scrub\nsvc2.online_status: Offline\n\n"
        "svc3.name: quotad\nsvc3.online_status: Offline\n\n");
  }

  const ServerState& state_;
  std::string text_;
};

}  // namespace

std::string state_text(const ServerState& state) { return Report(state).text(); }

std::string volume_options_text(const Pool& pool, const std::function<Dictionary(const Volume&)>& options_of) {
  std::string text = "[Volume Options]\n";
  for (std::size_t place = 0; place < pool.volumes.size(); ++place) {
    const Volume& volume = pool.volumes[place];
    const Dictionary options = options_of(volume);
    const std::int64_t count = options.number("count").value_or(0);
    text += fmt::format("Volume{0}.name: {1}\nVolume{0}.options.count: {2}\n", place + 1, volume.name, count);
    // Stock writes the last first, and the value before the key.
    for (std::int64_t option = count; option > 0; --option) {
      for (std::string_view what : {"value", "key"}) {
        text += fmt::format("Volume{}.options.{}{}: {}\n", place + 1, what, option,
                            options.text(fmt::format("{}{}", what, option)).value_or(""));
      }
    }
  }
  return text;
}

}  // namespace mortar
