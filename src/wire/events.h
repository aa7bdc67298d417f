// What can happen, as webhooks are told of it: the list of events, with the names and fields of GlusterFS.
//
//   announcer.raise(events::VolumeStart::with(name, force));
//
// Those of bricks travel to their glusterd as dictionaries.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/dictionary.h"
#include "wire/programs.h"

namespace mortar {

// Text, a switch, or keys with their values.
using EventValue = std::variant<std::string, bool, std::vector<std::pair<std::string, std::string>>>;

struct Occurrence {
  std::string_view name;
  std::vector<std::pair<std::string_view, EventValue>> fields;
};

template <FixedText text, FixedText... keys>
struct EventOf {
  static constexpr std::string_view name = text.characters;
  static constexpr std::array<std::string_view, sizeof...(keys)> fields{keys.characters...};

  template <class... Values>
  requires(sizeof...(Values) == sizeof...(keys)) static Occurrence with(Values... values) {
    return {name, {{keys.characters, EventValue(std::move(values))}...}};
  }
};

namespace events {

// Of commands, by the server that they were given to.
using PeerAttach = EventOf<"PEER_ATTACH", "host">;
using PeerDetach = EventOf<"PEER_DETACH", "host">;
using VolumeCreate = EventOf<"VOLUME_CREATE", "name", "bricks">;
using VolumeStart = EventOf<"VOLUME_START", "name", "force">;
using VolumeStop = EventOf<"VOLUME_STOP", "name", "force">;
using VolumeDelete = EventOf<"VOLUME_DELETE", "name">;
using VolumeSet = EventOf<"VOLUME_SET", "name", "options">;
using VolumeReset = EventOf<"VOLUME_RESET", "name", "option">;
using VolumeAddBrick = EventOf<"VOLUME_ADD_BRICK", "volume", "bricks">;
using VolumeRemoveBrickForce = EventOf<"VOLUME_REMOVE_BRICK_FORCE", "volume", "bricks">;
using BrickReplace = EventOf<"BRICK_REPLACE", "Volume", "source-brick", "destination-brick">;
using BrickResetStart = EventOf<"BRICK_RESET_START", "Volume", "source-brick">;
using BrickResetCommit = EventOf<"BRICK_RESET_COMMIT", "Volume", "source-brick", "destination-brick">;
using VolumeRebalanceStart = EventOf<"VOLUME_REBALANCE_START", "volume">;
using VolumeRebalanceStop = EventOf<"VOLUME_REBALANCE_STOP", "volume">;

// By each server whose part of it has ended.
using VolumeRebalanceComplete = EventOf<"VOLUME_REBALANCE_COMPLETE", "volume">;
using VolumeRebalanceFailed = EventOf<"VOLUME_REBALANCE_FAILED", "volume">;

// By each server that sees it.
using PeerConnect = EventOf<"PEER_CONNECT", "host", "uuid">;
using PeerDisconnect = EventOf<"PEER_DISCONNECT", "peer", "uuid", "state">;
using QuorumLost = EventOf<"QUORUM_LOST", "volume">;
using QuorumRegained = EventOf<"QUORUM_REGAINED", "volume">;

// By the server that has the brick.
using BrickConnected = EventOf<"BRICK_CONNECTED", "peer", "volume", "brick">;
using BrickDisconnected = EventOf<"BRICK_DISCONNECTED", "peer", "volume", "brick">;
using BrickStartFailed = EventOf<"BRICK_START_FAILED", "peer", "volume", "brick">;
using BrickStopFailed = EventOf<"BRICK_STOP_FAILED", "peer", "volume", "brick">;

// By it, as its brick has it.
using PosixHealthCheckFailed = EventOf<"POSIX_HEALTH_CHECK_FAILED", "op", "path", "error", "brick">;
using ClientConnect =
    EventOf<"CLIENT_CONNECT", "client_uid", "client_identifier", "server_identifier", "brick_path", "subdir_mount">;
using ClientDisconnect =
    EventOf<"CLIENT_DISCONNECT", "client_uid", "client_identifier", "server_identifier", "brick_path">;
using ClientAuthReject =
    EventOf<"CLIENT_AUTH_REJECT", "client_uid", "client_identifier", "server_identifier", "brick_path">;

using OfBricks = MessageList<PosixHealthCheckFailed, ClientConnect, ClientDisconnect, ClientAuthReject>;
using All = MessageList<PeerAttach, PeerDetach, VolumeCreate, VolumeStart, VolumeStop, VolumeDelete, VolumeSet,
                        VolumeReset, VolumeAddBrick, VolumeRemoveBrickForce, VolumeRebalanceStart, VolumeRebalanceStop,
                        VolumeRebalanceComplete, VolumeRebalanceFailed, PeerConnect, PeerDisconnect, QuorumLost,
                        QuorumRegained, BrickConnected, BrickDisconnected, BrickStartFailed, BrickStopFailed,
                        PosixHealthCheckFailed, ClientConnect, ClientDisconnect, ClientAuthReject>;

}  // namespace events

// Its texts; of bricks there is nothing else.
Dictionary dictionary_of(const Occurrence& event);
// One of a brick; nothing where it is none.
std::optional<Occurrence> brick_event_in(const Dictionary& dictionary);

}  // namespace mortar
