#include <fmt/format.h>

#include <algorithm>

#include "management/layers.h"
#include "management/volfiles.h"
#include "pool/option_table.h"

namespace mortar {

namespace {

using Layer = Layers::Layer;

class BrickVolfile {
 public:
  BrickVolfile(const Volume& volume, const Brick& brick, const BrickSite& site)
      : volume_(volume), brick_(brick), site_(site), id_(volume.id.text()) {}

  std::string text() {
    add_storage();
    add_features();
    add_marker_to_quota();
    layers_.add("debug/io-stats", brick_.path).set("unique-id", brick_.path).set("volume-id", id_);
    if (const auto traced = volume_.options.find("debug.trace")) {
      layers_.add_above(*traced, "debug/trace", volume_.name + "-trace");
    }
    add_server();
    set_logging();
    apply_options(layers_, volume_.options);
    return layers_.text();
  }

 private:
  Layer add(std::string_view type, std::string_view kind) {
    return layers_.add(fmt::format("{}/{}", type, kind), fmt::format("{}-{}", volume_.name, kind));
  }
  bool is_on(std::string_view key, bool otherwise) const { return volume_.options.is_on(key, otherwise); }

  void add_storage() {
    Layer posix = add("storage", "posix");
    posix.set("directory", brick_.path).set("volume-id", id_);
    if (is_on("features.quota", false) || is_on("features.trash", false)) posix.set("update-link-count-parent", "on");
    posix.set("fips-mode-rchecksum", "on").set("shared-brick-count", fmt::to_string(site_.shared_brick_count));
  }

  bool is_arbiter() const {
    const auto place = std::ranges::find(volume_.bricks, brick_);
    return place != volume_.bricks.end() &&
           volume_.is_arbiter(static_cast<std::size_t>(place - volume_.bricks.begin()));
  }

  void add_features() {
    if (is_arbiter()) add("features", "arbiter");
    const std::string below = brick_.path + "/.glusterfs";
    add("features", "trash")
        .set("trash-dir", ".trashcan")
        .set("brick-path", brick_.path)
        .set("trash-internal-op", "off");
    add("features", "changelog")
        .set("changelog-brick", brick_.path)
        .set("changelog-dir", below + "/changelogs")
        .set("changelog-notification", is_on("features.bitrot", false) ? "on" : "off");
    add("features", "bitrot-stub")
        .set("export", brick_.path)
        .set("bitrot", option_value(volume_.options, "features.bitrot"));
    if (is_on("features.acl", true)) add("features", "access-control");
    add("features", "locks");
    add("features", "worm");
    add("features", "read-only").set("read-only", "off");
    add("features", "leases");
    add("features", "upcall");
    add("performance", "io-threads");
    add("features", "selinux");
  }

  void add_marker_to_quota() {
    add("features", "marker")
        .set("volume-uuid", id_)
        .set("timestamp-file", site_.time_stamp_file)
        .set("quota-version", "0");
    add("features", "barrier");
    Layer index = add("features", "index");
    index.set("index-base", brick_.path + "/.glusterfs/indices");
    if (volume_.type == VolumeType::disperse) {
      index.set("xattrop64-watchlist", "trusted.ec.dirty");
    } else {
      index.set("xattrop-dirty-watchlist", "trusted.afr.dirty");
      index.set("xattrop-pending-watchlist", fmt::format("trusted.afr.{}-", volume_.name));
    }
    add("features", "quota")
        .set("volume-uuid", volume_.name)
        .set("server-quota", option_value(volume_.options, "features.quota"));
  }

  void add_server() {
    Layer server = add("protocol", "server");
    server.set("transport-type", "tcp");
    if (site_.binds_to_host) server.set("transport.socket.bind-address", brick_.host);
    set_tls_files(server);
    if (auto family = volume_.options.find("transport.address-family")) server.set("transport.address-family", *family);
    server.set(fmt::format("auth.login.{}.allow", brick_.path), volume_.username)
        .set(fmt::format("auth.login.{}.password", volume_.username), volume_.password)
        .set("auth-path", brick_.path);
    if (auto allowed = volume_.options.find("auth.ssl-allow")) {
      server.set(fmt::format("auth.login.{}.ssl-allow", brick_.path), *allowed);
    }
    server.set(fmt::format("auth.addr.{}.allow", brick_.path), option_value(volume_.options, "auth.allow"));
    if (auto rejected = volume_.options.find("auth.reject")) {
      server.set(fmt::format("auth.addr.{}.reject", brick_.path), *rejected);
    }
  }

  void set_tls_files(Layer& layer) {
    for (const OptionEntry& entry : option_table()) {
      if (!entry.name.starts_with("!ssl-") || !entry.key.starts_with("ssl.")) continue;
      if (auto value = volume_.options.find(entry.key)) {
        layer.set(fmt::format("transport.socket.{}", entry.name.substr(1)), *value);
      }
    }
  }

  void set_logging() {
    static constexpr std::pair<const char*, const char*> names[] = {
        {"diagnostics.brick-log-level", "log-level"},
        {"diagnostics.brick-sys-log-level", "sys-log-level"},
        {"diagnostics.brick-logger", "logger"},
        {"diagnostics.brick-log-format", "log-format"},
        {"diagnostics.brick-log-buf-size", "log-buf-size"},
        {"diagnostics.brick-log-flush-timeout", "log-flush-timeout"},
        {"config.brick-threads", "threads"}};
    for (const auto& [key, name] : names) {
      const std::string value = option_value(volume_.options, key);
      if (!value.empty()) layers_.set_all("debug/io-stats", name, value);
    }
  }

  const Volume& volume_;
  const Brick& brick_;
  const BrickSite& site_;
  const std::string id_;
  Layers layers_;
};

}  // namespace

std::string brick_volfile(const Volume& volume, const Brick& brick, const BrickSite& site) {
  return BrickVolfile(volume, brick, site).text();
}

}  // namespace mortar
