#include "management/handshake_service.h"

#include <fmt/format.h>

#include "base/log.h"
#include "pool/event_settings.h"

namespace mortar {

namespace {

constexpr std::size_t longest_key = 255;
constexpr std::string_view rebalance_prefix = "rebalance/";
constexpr std::string_view heal_prefix = "shd/";

// VOLUME, /VOLUME, VOLUME.tcp, VOLUME.tcp-fuse
std::string_view volume_of_client_key(std::string_view key) {
  if (key.starts_with('/')) key.remove_prefix(1);
  for (std::string_view ending : {".tcp-fuse", ".tcp"}) {
    if (key.ends_with(ending)) key.remove_suffix(ending.size());
  }
  return key;
}

}  // namespace

HandshakeService::HandshakeService(Management& management, std::string name)
    : management_(management), service_(programs::handshake, std::move(name)) {
  service_.on<GetSpec>(
      [this](RpcCaller caller, GetSpec request) { return get_volfile(std::move(caller), std::move(request)); });
  service_.on<EventNotify>(
      [this](RpcCaller caller, EventNotify request) { return hear(std::move(caller), std::move(request)); });
  service_.on<GetVolumeInfo>([this](RpcCaller caller, GetVolumeInfo request) {
    return get_volume_info(std::move(caller), std::move(request));
  });
  service_.on<GetSnapshotInfo>([this](RpcCaller caller, GetSnapshotInfo request) {
    return get_snapshot_info(std::move(caller), std::move(request));
  });
}

Result<std::string> HandshakeService::volfile_for(std::string_view key, bool trusted, std::int64_t client_op_version) {
  const Pool& pool = management_.pool();
  if (const Volume* volume = pool.find(volume_of_client_key(key))) {
    if (client_op_version < volume->client_op_version) {
      return failed(ENOTSUP, fmt::format("volume {} needs clients of op-version {} or newer", volume->name,
                                         volume->client_op_version));
    }
    return client_volfile(*volume, trusted);
  }
  if (key.starts_with(rebalance_prefix)) {
    const Volume* volume = pool.find(key.substr(rebalance_prefix.size()));
    if (volume != nullptr && !trusted) return failed(EACCES, "the volfile of a rebalance is for servers of the pool");
    if (volume != nullptr) return rebalance_volfile(*volume);
  }
  if (key.starts_with(heal_prefix)) {
    const Volume* volume = pool.find(key.substr(heal_prefix.size()));
    if (volume != nullptr && !trusted) return failed(EACCES, "the volfile of a healer is for servers of the pool");
    if (volume != nullptr && volume->has_copies()) return heal_volfile(*volume);
  }
  for (const Volume& volume : pool.volumes) {
    for (const Brick& brick : volume.bricks) {
      if (brick_volfile_id(volume, brick) != key) continue;
      // It holds the credentials of the volume.
      if (!trusted) return failed(EACCES, "the volfile of a brick is for servers of the pool");
      return brick_volfile(volume, brick, management_.site_of(volume, brick));
    }
  }
  return failed(ENOENT, fmt::format("there is no volfile {}", key));
}

Task<GetSpec::Reply> HandshakeService::get_volfile(RpcCaller caller, GetSpec request) {
  if (request.key.size() >= longest_key) co_return failed(EINVAL);
  const bool trusted = caller.peer.is_unix() || management_.is_member_address(caller.peer.host);
  // Who says nothing is as old as can be.
  const std::int64_t op_version = request.xdata.dictionary.number("max-op-version").value_or(1);
  Result<std::string> text = volfile_for(request.key, trusted, op_version);
  if (!text) {
    log::warning("management", "volfile {} for {}: {}", request.key, caller.peer.text(), text.error().sentence());
    co_return text.error();
  }
  GetSpec::Reply reply;
  reply.op_ret = static_cast<std::int32_t>(text->size());
  reply.spec = std::move(*text);
  co_return reply;
}

Task<EventNotify::Reply> HandshakeService::hear(RpcCaller caller, EventNotify event) {
  const bool is_own = caller.peer.is_unix() || management_.is_own_address(caller.peer.host);
  if (!is_own) co_return failed(EACCES);
  if (event.operation == EventNotify::event) {
    hear_of_brick(event.dict.dictionary);
  } else {
    co_await tried(hear_of_rebalance(std::move(event.dict.dictionary)));
  }
  co_return EventNotify::Reply{};
}

void HandshakeService::hear_of_brick(const Dictionary& told) {
  std::optional<Occurrence> event = brick_event_in(told);
  if (!event) return;
  const bool is_of_client = event->name.starts_with("CLIENT_");
  if (is_of_client && !are_clients_told_of(management_.pool())) return;
  management_.announcer().raise(std::move(*event));
}

Task<> HandshakeService::hear_of_rebalance(Dictionary told) {
  std::string volume(told.text("volname").value_or(""));
  if (volume.starts_with(rebalance_prefix)) volume.erase(0, rebalance_prefix.size());
  co_await tried(management_.rebalances().settle(std::move(volume), rebalance_part_told(told)));
  co_return done;
}

Task<VolumeInfoReply> HandshakeService::get_volume_info(RpcCaller, GetVolumeInfo request) {
  const std::string name(request.dict.dictionary.text("volname").value_or(""));
  const Volume* volume = management_.pool().find(name);
  if (volume == nullptr) co_return failed(EINVAL, fmt::format("Volume {} does not exist", name));
  VolumeInfoReply reply;
  reply.op_errno = ENOENT;  // as stock answers; clients look at op_ret
  reply.dict.dictionary.set_text("volume_id", volume->id.text());
  co_return reply;
}

Task<VolumeInfoReply> HandshakeService::get_snapshot_info(RpcCaller, GetSnapshotInfo) {
  VolumeInfoReply reply;
  reply.dict.dictionary.set_text("snap-count", "0");
  co_return reply;
}

}  // namespace mortar
