#include <fmt/format.h>

#include <algorithm>

#include "management/commands.h"

namespace mortar::commands {

namespace {

enum class Wanted : std::int64_t { all = 1, one = 2, next = 3 };

constexpr std::int64_t no_such_volume = 30806;  // as callers know it

void describe_bricks(Dictionary& reply, const std::string& prefix, const Volume& volume) {
  for (std::size_t index = 0; index < volume.bricks.size(); ++index) {
    const std::string key = fmt::format("{}.brick{}", prefix, index + 1);
    reply.set_text(key, volume.bricks[index].text());
    reply.set_text(key + ".uuid", volume.bricks[index].server.text());
    if (volume.is_arbiter(index)) set_number(reply, key + ".isArbiter", 1);
  }
}

void describe(Dictionary& reply, std::size_t place, const Pool& pool, const Volume& volume) {
  const std::string prefix = fmt::format("volume{}", place);
  auto number = [&reply, &prefix](std::string_view key, std::int64_t value) {
    set_number(reply, fmt::format("{}.{}", prefix, key), value);
  };
  reply.set_text(prefix + ".name", volume.name);
  reply.set_text(prefix + ".volume_id", volume.id.text());
  number("type", static_cast<std::int64_t>(volume.type));
  number("status", static_cast<std::int64_t>(volume.status));
  number("brick_count", static_cast<std::int64_t>(volume.bricks.size()));
  number("dist_count", volume.set_size());
  number("replica_count", volume.replica_count);
  number("disperse_count", volume.disperse_count);
  number("redundancy_count", volume.redundancy_count);
  number("arbiter_count", volume.arbiter_count);
  number("thin_arbiter_count", 0);
  number("transport", static_cast<std::int64_t>(volume.transport));
  number("rebalance", 0);
  number("snap_count", 0);
  describe_bricks(reply, prefix, volume);
  // The command line shows the last first: the volume's newest, and the pool's options at the end.
  std::vector<OptionList::Pair> options(pool.options.begin(), pool.options.end());
  options.insert(options.end(), volume.options.begin(), volume.options.end());
  number("opt_count", static_cast<std::int64_t>(options.size()));
  for (const auto& [key, value] : options) reply.set_text(fmt::format("{}.option.{}", prefix, key), value);
}

// The volume behind the one named, in the order of names; the first for none.
const Volume* next_volume(const Pool& pool, std::string_view name) {
  auto found = std::ranges::upper_bound(pool.volumes, name, {}, &Volume::name);
  return found == pool.volumes.end() ? nullptr : &*found;
}

}  // namespace

Task<Dictionary> get_volume(Management& management, Dictionary request) {
  const Pool& pool = management.pool();
  Dictionary reply;
  // No dictionary at all tells the command line that there are no volumes.
  if (pool.volumes.empty()) co_return reply;
  const std::string name(request.text("volname").value_or(""));
  std::vector<const Volume*> found;
  const auto asked = static_cast<Wanted>(request.number("flags").value_or(0));
  switch (asked) {
    case Wanted::all:
      for (const Volume& volume : pool.volumes) found.push_back(&volume);
      break;
    case Wanted::one: found.push_back(pool.find(name)); break;
    case Wanted::next: found.push_back(next_volume(pool, name)); break;
    default: co_return failed(EINVAL, "It is not said which volume is wanted.");
  }
  if (std::erase(found, nullptr) != 0 && asked == Wanted::one) {
    set_number(reply, "op-ret", -1);
    set_number(reply, "op-errno", no_such_volume);
    reply.set_text("op-errstr", "Volume does not exist");
  }
  set_number(reply, "count", static_cast<std::int64_t>(found.size()));
  for (std::size_t place = 0; place < found.size(); ++place) describe(reply, place, pool, *found[place]);
  co_return reply;
}

Task<Dictionary> list_volumes(Management& management, Dictionary) {
  const Pool& pool = management.pool();
  Dictionary reply;
  set_number(reply, "count", static_cast<std::int64_t>(pool.volumes.size()));
  for (std::size_t place = 0; place < pool.volumes.size(); ++place) {
    reply.set_text(fmt::format("volume{}", place), pool.volumes[place].name);
  }
  co_return reply;
}

Task<Dictionary> get_uuid(Management& management, Dictionary) {
  Dictionary reply;
  reply.set_text("uuid", management.server().text());
  co_return reply;
}

Task<Dictionary> get_volfile(Management& management, Dictionary request) {
  std::string key = co_await tried(required(request, "volid"));
  const Volume* volume = management.pool().find(key);
  if (volume == nullptr) co_return failed(ENOENT, fmt::format("Volume {} does not exist", key));
  Dictionary reply;
  reply.set_text("spec", client_volfile(*volume, true));
  co_return reply;
}

Task<Dictionary> get_brick_port(Management& management, Dictionary request) {
  std::string path = co_await tried(required(request, "brick"));
  const std::uint16_t port = management.ports().port(path);
  if (port == 0) co_return failed(ENOENT, fmt::format("No brick {} runs on this server.", path));
  Dictionary reply;
  set_number(reply, "port", port);
  co_return reply;
}

Dictionary list_friends(Management& management, std::int32_t flags) {
  constexpr std::int32_t with_this_server = 2;
  // Of stock's states of a peer.
  constexpr int probed = 1, in_cluster = 3;
  Dictionary friends;
  int count = 0;
  const auto add = [&](const Server& server, std::string_view name) {
    const std::string prefix = fmt::format("friend{}", ++count);
    friends.set_text(prefix + ".uuid", server.id.text());
    friends.set_text(prefix + ".hostname", name);
    set_number(friends, prefix + ".connected", management.answers(server.id) ? 1 : 0);
    return prefix;
  };
  for (const Server& server : management.pool().servers) {
    if (server.id == management.server()) continue;
    const std::string prefix = add(server, server.names.front());
    for (std::size_t index = 0; index < server.names.size(); ++index) {
      friends.set_text(fmt::format("{}.hostname{}", prefix, index), server.names[index]);
    }
    set_number(friends, prefix + ".hostname_count", static_cast<std::int64_t>(server.names.size()));
    set_number(friends, prefix + ".stateId", server.invited ? probed : in_cluster);
    friends.set_text(prefix + ".state", server.invited ? "Probe Sent to Peer" : "Peer in Cluster");
  }
  // Of itself a server tells no more.
  const Server* own = management.pool().server(management.server());
  if (flags == with_this_server && own != nullptr) add(*own, "localhost");
  set_number(friends, "count", count);
  return friends;
}

}  // namespace mortar::commands
