#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "management/layers.h"
#include "management/volfiles.h"
#include "pool/option_table.h"
#include "translator/options.h"

namespace mortar {

namespace {

using Layer = Layers::Layer;

class ClientVolfile {
 public:
  ClientVolfile(const Volume& volume, bool trusted) : volume_(volume), trusted_(trusted), options_(volume.options) {}

  std::string text_for_mounts() {
    fit_options_to_mounts();
    add_bricks();
    if (options_.is_on("features.shard", false)) layers_.add("features/shard", volume_.name + "-shard");
    if (options_.is_on("features.ctime", true)) layers_.add("features/utime", volume_.name + "-utime");
    add_performance();
    return finished();
  }

  // Those without users speak to all bricks, however far.
  std::string text_for_rebalance() {
    if (options_.find("cluster.halo-enabled")) options_.set("cluster.halo-enabled", "off");
    add_bricks();
    return finished();
  }

  // Each set by itself: a healer works through the copies, not through the volume.
  std::string text_for_healing() {
    options_.set("cluster.background-self-heal-count", "0");
    for (std::string_view kind : {"metadata", "data", "entry"}) {
      options_.set(fmt::format("cluster.{}-self-heal", kind), "on");
    }
    if (!options_.find("cluster.self-heal-daemon")) options_.set("cluster.self-heal-daemon", "enable");
    std::vector<std::string> sets = add_sets();
    apply_options(layers_, options_, {"cluster.self-heal-daemon", "cluster.heal-timeout"});
    layers_.set_all("cluster/replicate", "iam-self-heal-daemon", "yes");
    layers_.add_beside("debug/io-stats", volume_.name, std::move(sets));
    set_logging();
    return layers_.text();
  }

 private:
  void fit_options_to_mounts() {
    // Who resolves groups on the brick needs none from its clients.
    options_.set("client.send-gids", options_.is_on("server.manage-gids", false) ? "false" : "true");
    // With reads before the open is known to be allowed a squashed root could read what it may not.
    if (options_.is_on("server.root-squash", false)) options_.set("performance.read-after-open", "yes");
    fit_caches_to_notices();
  }

  void add_bricks() { layers_.add_beside("cluster/distribute", volume_.name + "-dht", add_sets()); }

  // The names of what a file is in one of: bricks, or sets of them.
  std::vector<std::string> add_sets() {
    std::vector<std::string> clients;
    for (const Brick& brick : volume_.bricks) clients.push_back(add_client(brick));
    if (volume_.type != VolumeType::replicate) return clients;
    std::vector<std::string> sets;
    for (std::size_t first = 0; first < clients.size(); first += volume_.replica_count) {
      const auto begin = clients.begin() + static_cast<std::ptrdiff_t>(first);
      sets.push_back(add_replicas({begin, begin + volume_.replica_count}, sets.size()));
    }
    return sets;
  }

  std::string add_replicas(std::vector<std::string> clients, std::size_t number) {
    std::string name = fmt::format("{}-replicate-{}", volume_.name, number);
    const std::string pending = fmt::format("{}", fmt::join(clients, ","));
    Layer replicas = layers_.add_beside("cluster/replicate", name, std::move(clients));
    replicas.set("afr-pending-xattr", pending).set("volume-id", volume_.id.text());
    if (volume_.arbiter_count != 0) replicas.set("arbiter-count", fmt::to_string(volume_.arbiter_count));
    return name;
  }

  std::string finished() {
    if (options_.find("debug.trace") == "client") layers_.add("debug/trace", volume_.name + "-trace");
    layers_.add("debug/io-stats", volume_.name);
    set_logging();
    apply_options(layers_, options_);
    return layers_.text();
  }

  // A client that relies on notices must get them, and believes nothing for longer than the brick remembers to send
  // them.
  void fit_caches_to_notices() {
    if (!options_.is_on("performance.cache-invalidation", false)) return;
    if (!options_.is_on("features.cache-invalidation", false)) {
      options_.set("performance.cache-invalidation", "off");
      return;
    }
    const auto believed = seconds_of("performance.md-cache-timeout");
    if (believed && *believed > remembered()) {
      options_.set("performance.md-cache-timeout", fmt::to_string(remembered().count()));
    }
  }

  std::optional<std::chrono::seconds> seconds_of(std::string_view key) const {
    std::chrono::seconds seconds{};
    const bool read = parse_option(option_value(options_, key), seconds);
    return read ? std::optional(seconds) : std::nullopt;
  }

  // How long bricks remember whom to tell of changes.
  std::chrono::seconds remembered() const {
    return seconds_of("features.cache-invalidation-timeout").value_or(std::chrono::seconds(60));
  }

  // Of copies a client of GlusterFS that relies on notices shows what one of them has that is behind; a client of
  // Mortar asks for it. So it is told of them by an option that the others do not know.
  void tell_own_clients_of_notices() {
    const bool is_left_to_us = volume_.replica_count > 1 && options_.is_on("features.cache-invalidation", false) &&
                               !options_.find("performance.cache-invalidation");
    if (!is_left_to_us) return;
    std::chrono::seconds believed = remembered();
    if (options_.find("performance.md-cache-timeout")) {
      believed = std::min(believed, seconds_of("performance.md-cache-timeout").value_or(believed));
    }
    layers_.set_all("performance/md-cache", "notices-for", fmt::to_string(believed.count()));
  }

  std::string add_client(const Brick& brick) {
    std::string name = volume_.client_of(brick);
    Layer client = layers_.add_beside("protocol/client", name);
    client.set("ping-timeout", "42")
        .set("remote-host", brick.host)
        .set("remote-subvolume", brick.path)
        .set("transport-type", "tcp");
    if (auto family = options_.find("transport.address-family")) client.set("transport.address-family", *family);
    if (trusted_) client.set("username", volume_.username).set("password", volume_.password);
    if (options_.is_on("client.ssl", false)) client.set("transport.socket.ssl-enabled", "true");
    for (const OptionEntry& entry : option_table()) {
      if (!entry.name.starts_with("!ssl-") || !entry.key.starts_with("ssl.")) continue;
      if (auto value = options_.find(entry.key)) {
        client.set(fmt::format("transport.socket.{}", entry.name.substr(1)), *value);
      }
    }
    return name;
  }

  // One above the other in the order of the table.
  void add_performance() {
    for (const OptionEntry& entry : option_table()) {
      if (entry.name != "!perf" || !options_.is_on(entry.key, entry.written == "on")) continue;
      const std::string_view kind = entry.translator_type.substr(entry.translator_type.find('/') + 1);
      layers_.add(entry.translator_type, fmt::format("{}-{}", volume_.name, kind));
    }
    tell_own_clients_of_notices();
  }

  void set_logging() {
    static constexpr std::pair<const char*, const char*> names[] = {
        {"diagnostics.client-log-level", "log-level"},
        {"diagnostics.client-sys-log-level", "sys-log-level"},
        {"diagnostics.client-logger", "logger"},
        {"diagnostics.client-log-format", "log-format"},
        {"diagnostics.client-log-buf-size", "log-buf-size"},
        {"diagnostics.client-log-flush-timeout", "log-flush-timeout"},
        {"config.client-threads", "threads"}};
    for (const auto& [key, name] : names) {
      const std::string value = option_value(options_, key);
      if (!value.empty()) layers_.set_all("debug/io-stats", name, value);
    }
  }

  const Volume& volume_;
  const bool trusted_;
  OptionList options_;
  Layers layers_;
};

}  // namespace

std::string client_volfile(const Volume& volume, bool trusted) {
  return ClientVolfile(volume, trusted).text_for_mounts();
}

std::string rebalance_volfile(const Volume& volume) { return ClientVolfile(volume, true).text_for_rebalance(); }

std::string heal_volfile(const Volume& volume) { return ClientVolfile(volume, true).text_for_healing(); }

}  // namespace mortar
