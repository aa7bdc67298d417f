// The handshake: a client binds to a brick (SETVOLUME); clients and bricks get their volfile from glusterd (GETSPEC).
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/messages/dump.h"
#include "wire/programs.h"

namespace mortar {

struct SetVolume {
  static constexpr Program program = programs::handshake;
  static constexpr const char* name_of_operation = "SETVOLUME";
  static constexpr std::uint32_t number = 1;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    LegacyDictionary dict;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"dict", self.dict});
    }
  };

  LegacyDictionary dict;
  friend bool operator==(const SetVolume&, const SetVolume&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"dict", self.dict}); }
};

// op_ret of a success is the length of `spec`. Flags bit 0: also the list of servers.
struct GetSpec {
  static constexpr Program program = programs::handshake;
  static constexpr const char* name_of_operation = "GETSPEC";
  static constexpr std::uint32_t number = 2;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::string spec;
    LegacyDictionary xdata;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"spec", self.spec},
                        Field{"xdata", self.xdata});
    }
  };

  std::uint32_t flags = 0;
  std::string key;
  LegacyDictionary xdata;
  friend bool operator==(const GetSpec&, const GetSpec&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"flags", self.flags}, Field{"key", self.key}, Field{"xdata", self.xdata});
  }
};

// The old ping of bricks; clients of today use GF-DUMP's.
struct HandshakePing {
  static constexpr Program program = programs::handshake;
  static constexpr const char* name_of_operation = "PING";
  static constexpr std::uint32_t number = 3;
  using Reply = CommonReply;
  friend bool operator==(const HandshakePing&, const HandshakePing&) = default;
  auto fields(this auto&) { return std::tuple(); }
};

struct SetLockVersion {
  static constexpr Program program = programs::handshake;
  static constexpr const char* name_of_operation = "SET_LK_VER";
  static constexpr std::uint32_t number = 4;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::int32_t lock_version = 0;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                        Field{"lock_version", self.lock_version});
    }
  };

  std::string uid;
  std::int32_t lock_version = 0;
  friend bool operator==(const SetLockVersion&, const SetLockVersion&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"uid", self.uid}, Field{"lock_version", self.lock_version}); }
};

struct EventNotify {
  // What it is about: of a rebalance process how its walk ended, which stock does not answer; ours, of a brick what has
  // happened (see wire/events.h).
  static constexpr std::int32_t rebalance = 0, event = 200;

  static constexpr Program program = programs::handshake;
  static constexpr const char* name_of_operation = "EVENT_NOTIFY";
  static constexpr std::uint32_t number = 5;
  using Reply = SetVolume::Reply;

  std::int32_t operation = 0;
  LegacyDictionary dict;
  friend bool operator==(const EventNotify&, const EventNotify&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"operation", self.operation}, Field{"dict", self.dict}); }
};

// Stock sends op_errno ENOENT even on success.
struct VolumeInfoReply {
  std::int32_t op_ret = 0;
  std::int32_t op_errno = 0;
  std::string op_errstr;
  LegacyDictionary dict;
  friend bool operator==(const VolumeInfoReply&, const VolumeInfoReply&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                      Field{"op_errstr", self.op_errstr}, Field{"dict", self.dict});
  }
};

struct GetVolumeInfo {
  static constexpr Program program = programs::handshake;
  static constexpr const char* name_of_operation = "GET_VOLUME_INFO";
  static constexpr std::uint32_t number = 6;
  using Reply = VolumeInfoReply;

  LegacyDictionary dict;
  friend bool operator==(const GetVolumeInfo&, const GetVolumeInfo&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"dict", self.dict}); }
};

struct GetSnapshotInfo {
  static constexpr Program program = programs::handshake;
  static constexpr const char* name_of_operation = "GET_SNAPSHOT_INFO";
  static constexpr std::uint32_t number = 7;
  using Reply = VolumeInfoReply;

  LegacyDictionary dict;
  friend bool operator==(const GetSnapshotInfo&, const GetSnapshotInfo&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"dict", self.dict}); }
};

using HandshakeMessages =
    MessageList<SetVolume, GetSpec, HandshakePing, SetLockVersion, EventNotify, GetVolumeInfo, GetSnapshotInfo>;

}  // namespace mortar
