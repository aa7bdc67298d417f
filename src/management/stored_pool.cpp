#include "management/stored_pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "management/events/texts.h"
#include "management/stored_volume.h"

namespace mortar {

namespace {

// Of stock's states of a peer: the one in which both sides have let each other in.
constexpr std::string_view befriended = "3";

std::unexpected<Error> not_taken_over(int number, std::string_view what) {
  return failed(number, fmt::format("{}. The pool of GlusterFS here is not taken over; nothing was changed.", what));
}

Result<Server> read_peer(FileSystem& files, const std::string& path) {
  const Result<std::string> text = files.read_file(path);
  if (!text) return not_taken_over(text.error().number(), fmt::format("{}: {}", path, text.error().sentence()));
  Server peer;
  std::string state;
  for (const auto& [key, value] : lines_of(*text)) {
    if (key == "uuid") peer.id = Gfid::parse(value).value_or(Gfid{});
    if (key == "state") state = value;
    if (key.starts_with("hostname")) peer.names.push_back(value);
  }
  const auto is_no_name = [](const std::string& name) { return name.find(' ') != std::string::npos; };
  if (std::ranges::any_of(peer.names, is_no_name)) {
    return not_taken_over(EINVAL, fmt::format("{} has a hostname with blanks", path));
  }
  if (peer.id.is_null() || peer.names.empty()) {
    return not_taken_over(EINVAL, fmt::format("{} has no uuid= or no hostname1=", path));
  }
  if (state != befriended) {
    return not_taken_over(EINVAL, fmt::format("The peer {} is in state {} in {}: make the pool whole with GlusterFS "
                                              "first, until `gluster peer status` shows 'Peer in Cluster'",
                                              peer.names.front(), state, path));
  }
  return peer;
}

Result<Done> read_options(FileSystem& files, const Places& places, Pool& pool) {
  const Result<std::string> text = files.read_file(places.pool_options());
  if (!text && text.error().number() == ENOENT) return done;
  if (!text) return not_taken_over(text.error().number(), places.pool_options() + ": " + text.error().sentence());
  for (const auto& [key, value] : lines_of(*text)) {
    if (key == "global-option-version") {
      std::from_chars(value.data(), value.data() + value.size(), pool.options_version);
    } else {
      pool.options.set(key, value);
    }
  }
  return done;
}

// What is not understood of them is no reason to leave the volumes alone.
void read_events(FileSystem& files, const Places& places, Pool& pool) {
  for (const auto& [path, read] :
       {std::pair{places.webhooks(), &read_webhooks}, std::pair{places.event_settings(), &read_event_settings}}) {
    const Result<std::string> text = files.read_file(path);
    if (!text && text.error().number() == ENOENT) continue;
    const std::vector<std::string> left_out = text ? read(*text, pool) : std::vector{text.error().sentence()};
    if (!left_out.empty()) {
      log::warning("management", "{}: not taken over: {}", path, fmt::join(left_out, ", "));
    }
  }
}

// Who this server is, and the op-version.
Result<Gfid> read_identity(FileSystem& files, const Places& places, Pool& pool) {
  const Result<std::string> text = files.read_file(places.server_info());
  Gfid identity;
  for (const auto& [key, value] : lines_of(text.value_or(""))) {
    if (key == "UUID") identity = Gfid::parse(value).value_or(Gfid{});
    if (key == "operating-version") std::from_chars(value.data(), value.data() + value.size(), pool.op_version);
  }
  if (identity.is_null()) {
    return not_taken_over(EINVAL, fmt::format("{} does not say who this server is (UUID=)", places.server_info()));
  }
  return identity;
}

// By what this server is called in the volumes; the machine's own name says nothing to others.
void name_own(Pool& pool, const Gfid& own) {
  Server& server = *pool.server(own);
  std::vector<std::string> hosts;
  for (const Volume& volume : pool.volumes) {
    for (const Brick& brick : volume.bricks) {
      if (brick.server == own && std::ranges::find(hosts, brick.host) == hosts.end()) hosts.push_back(brick.host);
    }
  }
  if (!hosts.empty()) server.names = std::move(hosts);
}

Result<Done> check_served(const Volume& volume) {
  if (volume.type != VolumeType::disperse && volume.transport != Transport::rdma) return done;
  return not_taken_over(ENOTSUP,
                        fmt::format("The volume {} is of a kind that this release does not serve yet", volume.name));
}

}  // namespace

Result<bool> holds_pool(FileSystem& files, const Places& places) {
  const Result<std::vector<std::string>> volumes = stored_volumes(files, places);
  if (!volumes) return std::unexpected(volumes.error());
  const Result<std::vector<std::string>> peers = names_in(files, places.peers());
  if (!peers) return std::unexpected(peers.error());
  return !volumes->empty() || !peers->empty();
}

std::vector<Server> stored_peers(FileSystem& files, const Places& places) {
  std::vector<Server> peers;
  const Result<std::vector<std::string>> names = names_in(files, places.peers());
  for (const std::string& name : names.value_or(std::vector<std::string>{})) {
    if (Result<Server> peer = read_peer(files, places.peers() + "/" + name)) peers.push_back(std::move(*peer));
  }
  return peers;
}

Result<Pool> read_stored_pool(FileSystem& files, const Places& places, const std::string& own_name) {
  Pool pool;
  const Result<Gfid> identity = read_identity(files, places, pool);
  if (!identity) return std::unexpected(identity.error());
  const Server own{.id = *identity, .names = {own_name}};
  pool.servers.push_back(own);
  if (pool.op_version > newest_op_version) {
    return not_taken_over(ENOTSUP, fmt::format("Its op-version {} is newer than {}, the newest known here",
                                               pool.op_version, newest_op_version));
  }
  const Result<std::vector<std::string>> peers = names_in(files, places.peers());
  if (!peers) return std::unexpected(peers.error());
  for (const std::string& name : *peers) {
    Result<Server> peer = read_peer(files, places.peers() + "/" + name);
    if (!peer) return std::unexpected(peer.error());
    pool.servers.push_back(std::move(*peer));
  }
  const Result<std::vector<std::string>> volumes = stored_volumes(files, places);
  if (!volumes) return std::unexpected(volumes.error());
  for (const std::string& name : *volumes) {
    Result<Volume> volume = read_stored_volume(files, places, name);
    if (!volume) return not_taken_over(volume.error().number(), volume.error().sentence());
    if (Result<Done> served = check_served(*volume); !served) return std::unexpected(served.error());
    for (const Brick& brick : volume->bricks) {
      if (pool.server(brick.server) != nullptr) continue;
      return not_taken_over(EINVAL, fmt::format("The volume {} has the brick {} on a server that is no peer ({})", name,
                                                brick.text(), brick.server.text()));
    }
    pool.volumes.push_back(std::move(*volume));
  }
  if (Result<Done> read = read_options(files, places, pool); !read) return std::unexpected(read.error());
  read_events(files, places, pool);
  name_own(pool, own.id);
  std::ranges::sort(pool.servers, {}, &Server::id);
  return pool;
}

}  // namespace mortar
