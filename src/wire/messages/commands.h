// The CLI program: what the gluster command asks glusterd. All but a few share one shape; what they mean is in the
// dictionary.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/programs.h"

namespace mortar {

struct CliReply {
  std::int32_t op_ret = 0;
  std::int32_t op_errno = 0;
  std::string op_errstr;
  LegacyDictionary dict;
  friend bool operator==(const CliReply&, const CliReply&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                      Field{"op_errstr", self.op_errstr}, Field{"dict", self.dict});
  }
};

template <std::uint32_t procedure, FixedText text>
struct CliCommand {
  static constexpr Program program = programs::command;
  static constexpr const char* name_of_operation = text.characters;
  static constexpr std::uint32_t number = procedure;
  using Reply = CliReply;

  LegacyDictionary dict;
  friend bool operator==(const CliCommand&, const CliCommand&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"dict", self.dict}); }
};

namespace cli {

using Probe = CliCommand<1, "PROBE">;
using Deprobe = CliCommand<2, "DEPROBE">;
using CreateVolume = CliCommand<4, "CREATE_VOLUME">;
using GetVolume = CliCommand<5, "GET_VOLUME">;
using GetNextVolume = CliCommand<6, "GET_NEXT_VOLUME">;
using DeleteVolume = CliCommand<7, "DELETE_VOLUME">;
using StartVolume = CliCommand<8, "START_VOLUME">;
using StopVolume = CliCommand<9, "STOP_VOLUME">;
using RenameVolume = CliCommand<10, "RENAME_VOLUME">;
using DefragVolume = CliCommand<11, "DEFRAG_VOLUME">;
using SetVolumeOption = CliCommand<12, "SET_VOLUME">;
using AddBrick = CliCommand<13, "ADD_BRICK">;
using RemoveBrick = CliCommand<14, "REMOVE_BRICK">;
using ReplaceBrick = CliCommand<15, "REPLACE_BRICK">;
using LogRotate = CliCommand<16, "LOG_ROTATE">;
using GetVolfile = CliCommand<17, "GETSPEC">;
using BrickPort = CliCommand<18, "PMAP_PORTBYBRICK">;
using SyncVolume = CliCommand<19, "SYNC_VOLUME">;
using ResetVolume = CliCommand<20, "RESET_VOLUME">;
using GeoReplication = CliCommand<22, "GSYNC_SET">;
using ProfileVolume = CliCommand<23, "PROFILE_VOLUME">;
using Quota = CliCommand<24, "QUOTA">;
using TopVolume = CliCommand<25, "TOP_VOLUME">;
using StatusVolume = CliCommand<27, "STATUS_VOLUME">;
using StatusAll = CliCommand<28, "STATUS_ALL">;
using HealVolume = CliCommand<31, "HEAL_VOLUME">;
using StatedumpVolume = CliCommand<32, "STATEDUMP_VOLUME">;
using ListVolume = CliCommand<33, "LIST_VOLUME">;
using ClearLocks = CliCommand<34, "CLRLOCKS_VOLUME">;
using UuidReset = CliCommand<35, "UUID_RESET">;
using UuidGet = CliCommand<36, "UUID_GET">;
using CopyFile = CliCommand<37, "COPY_FILE">;
using SystemExecute = CliCommand<38, "SYS_EXEC">;
using Snapshot = CliCommand<39, "SNAP">;
using BarrierVolume = CliCommand<40, "BARRIER_VOLUME">;
using GetVolumeOption = CliCommand<41, "GET_VOL_OPT">;
using Ganesha = CliCommand<42, "GANESHA">;
using Bitrot = CliCommand<43, "BITROT">;
using AttachTier = CliCommand<44, "ATTACH_TIER">;
using Tier = CliCommand<45, "TIER">;
using GetState = CliCommand<46, "GET_STATE">;
using ResetBrick = CliCommand<47, "RESET_BRICK">;
using RemoveTierBrick = CliCommand<48, "REMOVE_TIER_BRICK">;
using AddTierBrick = CliCommand<49, "ADD_TIER_BRICK">;

struct ListFriends {
  static constexpr Program program = programs::command;
  static constexpr const char* name_of_operation = "LIST_FRIENDS";
  static constexpr std::uint32_t number = 3;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    LegacyDictionary friends;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"friends", self.friends});
    }
  };

  std::int32_t flags = 0;
  LegacyDictionary dict;
  friend bool operator==(const ListFriends&, const ListFriends&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"flags", self.flags}, Field{"dict", self.dict}); }
};

struct FriendLog {
  static constexpr Program program = programs::command;
  static constexpr const char* name_of_operation = "FSM_LOG";
  static constexpr std::uint32_t number = 21;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::string op_errstr;
    LegacyDictionary log;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                        Field{"op_errstr", self.op_errstr}, Field{"log", self.log});
    }
  };

  std::string name;
  friend bool operator==(const FriendLog&, const FriendLog&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"name", self.name}); }
};

struct GetWorkingDirectory {
  static constexpr Program program = programs::command;
  static constexpr const char* name_of_operation = "GETWD";
  static constexpr std::uint32_t number = 26;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::string path;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"path", self.path});
    }
  };

  std::int32_t unused = 0;
  friend bool operator==(const GetWorkingDirectory&, const GetWorkingDirectory&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"unused", self.unused}); }
};

struct Mount {
  static constexpr Program program = programs::command;
  static constexpr const char* name_of_operation = "MOUNT";
  static constexpr std::uint32_t number = 29;
  using Reply = GetWorkingDirectory::Reply;

  std::string label;
  LegacyDictionary dict;
  friend bool operator==(const Mount&, const Mount&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"label", self.label}, Field{"dict", self.dict}); }
};

struct Unmount {
  static constexpr Program program = programs::command;
  static constexpr const char* name_of_operation = "UMOUNT";
  static constexpr std::uint32_t number = 30;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) { return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}); }
  };

  std::int32_t lazy = 0;
  std::string path;
  friend bool operator==(const Unmount&, const Unmount&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"lazy", self.lazy}, Field{"path", self.path}); }
};

// Ours, beyond stock's numbers.
using PoolStatus = CliCommand<200, "POOL_STATUS">;
using PoolRecover = CliCommand<201, "POOL_RECOVER">;
using EventsStatus = CliCommand<202, "EVENTS_STATUS">;
using AddWebhook = CliCommand<203, "ADD_WEBHOOK">;
using ChangeWebhook = CliCommand<204, "CHANGE_WEBHOOK">;
using RemoveWebhook = CliCommand<205, "REMOVE_WEBHOOK">;
using TestWebhook = CliCommand<206, "TEST_WEBHOOK">;
using SetEventSetting = CliCommand<207, "SET_EVENT_SETTING">;
using ResetEventSettings = CliCommand<208, "RESET_EVENT_SETTINGS">;

using All = MessageList<Probe, Deprobe, ListFriends, CreateVolume, GetVolume, GetNextVolume, DeleteVolume, StartVolume,
                        StopVolume, RenameVolume, DefragVolume, SetVolumeOption, AddBrick, RemoveBrick, ReplaceBrick,
                        LogRotate, GetVolfile, BrickPort, SyncVolume, ResetVolume, FriendLog, GeoReplication,
                        ProfileVolume, Quota, TopVolume, GetWorkingDirectory, StatusVolume, StatusAll, Mount, Unmount,
                        HealVolume, StatedumpVolume, ListVolume, ClearLocks, UuidReset, UuidGet, CopyFile,
                        SystemExecute, Snapshot, BarrierVolume, GetVolumeOption, Ganesha, Bitrot, AttachTier, Tier,
                        GetState, ResetBrick, RemoveTierBrick, AddTierBrick, PoolStatus, PoolRecover, EventsStatus,
                        AddWebhook, ChangeWebhook, RemoveWebhook, TestWebhook, SetEventSetting, ResetEventSettings>;

}  // namespace cli
}  // namespace mortar
