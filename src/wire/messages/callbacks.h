// What a server tells its clients on their own connection, unasked and unanswered.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>

#include "wire/programs.h"

namespace mortar {

// The attributes in the form that stock used before program version 400 (100 bytes). Seconds before 1970 or after 2106
// do not fit and wrap around.
struct OldIatt {
  Gfid gfid;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  std::uint32_t mode = 0;
  std::uint32_t links = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t rdev = 0;
  std::uint64_t size = 0;
  std::uint32_t block_size = 0;
  std::uint64_t blocks = 0;
  std::uint32_t accessed = 0;
  std::uint32_t accessed_nanoseconds = 0;
  std::uint32_t modified = 0;
  std::uint32_t modified_nanoseconds = 0;
  std::uint32_t changed = 0;
  std::uint32_t changed_nanoseconds = 0;

  static OldIatt from(const Iatt& iatt);
  Iatt iatt() const;
  friend bool operator==(const OldIatt&, const OldIatt&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"inode", self.inode}, Field{"device", self.device},
                      Field{"mode", self.mode}, Field{"links", self.links}, Field{"uid", self.uid},
                      Field{"gid", self.gid}, Field{"rdev", self.rdev}, Field{"size", self.size},
                      Field{"block_size", self.block_size}, Field{"blocks", self.blocks},
                      Field{"accessed", self.accessed}, Field{"accessed_nanoseconds", self.accessed_nanoseconds},
                      Field{"modified", self.modified}, Field{"modified_nanoseconds", self.modified_nanoseconds},
                      Field{"changed", self.changed}, Field{"changed_nanoseconds", self.changed_nanoseconds});
  }
};

// What of callbacks has no arguments.
template <std::uint32_t procedure, FixedText text>
struct PlainNotice {
  static constexpr Program program = programs::callback;
  static constexpr const char* name_of_operation = text.characters;
  static constexpr std::uint32_t number = procedure;
  friend bool operator==(const PlainNotice&, const PlainNotice&) = default;
  auto fields(this auto&) { return std::tuple(); }
};

// glusterd: some volume changed, ask for your volfile.
using FetchSpec = PlainNotice<1, "FETCHSPEC">;
using FlushInodes = PlainNotice<2, "INO_FLUSH">;
using GetSnapshots = PlainNotice<4, "GET_SNAPS">;
using ChildUp = PlainNotice<6, "CHILD_UP">;
using ChildDown = PlainNotice<7, "CHILD_DOWN">;

struct EventNotice {
  static constexpr Program program = programs::callback;
  static constexpr const char* name_of_operation = "EVENT_NOTIFY";
  static constexpr std::uint32_t number = 3;

  std::int32_t operation = 0;
  LegacyDictionary dict;
  friend bool operator==(const EventNotice&, const EventNotice&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"operation", self.operation}, Field{"dict", self.dict}); }
};

// Bits of CacheInvalidation::flags.
namespace invalidate {
inline constexpr std::uint32_t links = 0x1, mode = 0x2, owner = 0x4, size = 0x8, times = 0x10, access_time = 0x20,
                               permission = 0x40, rename = 0x80, forget = 0x100, parent_times = 0x200,
                               xattr_set = 0x400, xattr_removed = 0x800, explicit_lookup = 0x1000, attributes = 0x2000;
}  // namespace invalidate

// Somebody else changed an inode that this client looked at. The gfid is in text form.
struct CacheInvalidation {
  static constexpr Program program = programs::callback;
  static constexpr const char* name_of_operation = "CACHE_INVALIDATION";
  static constexpr std::uint32_t number = 5;

  std::string gfid;
  std::uint32_t event = 1;
  std::uint32_t flags = 0;   // bits of namespace invalidate
  std::uint32_t expire = 0;  // seconds that the brick remembers a client's interest
  OldIatt iatt;
  OldIatt parent;
  OldIatt old_parent;
  LegacyDictionary xdata;  // the xattrs that changed
  friend bool operator==(const CacheInvalidation&, const CacheInvalidation&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"event", self.event}, Field{"flags", self.flags},
                      Field{"expire", self.expire}, Field{"iatt", self.iatt}, Field{"parent", self.parent},
                      Field{"old_parent", self.old_parent}, Field{"xdata", self.xdata});
  }
};

struct RecallLease {
  static constexpr Program program = programs::callback;
  static constexpr const char* name_of_operation = "RECALL_LEASE";
  static constexpr std::uint32_t number = 8;

  Gfid gfid;
  std::uint32_t type = 0;
  std::array<std::uint8_t, 16> id{};
  LegacyDictionary xdata;
  friend bool operator==(const RecallLease&, const RecallLease&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"type", self.type}, Field{"id", self.id},
                      Field{"xdata", self.xdata});
  }
};

// A gfapi client whose pid this is writes a statedump.
struct StateDumpNotice {
  static constexpr Program program = programs::callback;
  static constexpr const char* name_of_operation = "STATEDUMP";
  static constexpr std::uint32_t number = 9;

  std::uint32_t pid = 0;
  friend bool operator==(const StateDumpNotice&, const StateDumpNotice&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"pid", self.pid}); }
};

// To the holder of a lock that another client wants.
struct InodelkContention {
  static constexpr Program program = programs::callback;
  static constexpr const char* name_of_operation = "INODELK_CONTENTION";
  static constexpr std::uint32_t number = 10;

  Gfid gfid;
  Flock flock;
  std::uint32_t pid = 0;
  std::string domain;
  LegacyDictionary xdata;
  friend bool operator==(const InodelkContention&, const InodelkContention&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"flock", self.flock}, Field{"pid", self.pid},
                      Field{"domain", self.domain}, Field{"xdata", self.xdata});
  }
};

struct EntrylkContention {
  static constexpr Program program = programs::callback;
  static constexpr const char* name_of_operation = "ENTRYLK_CONTENTION";
  static constexpr std::uint32_t number = 11;

  Gfid gfid;
  std::uint32_t type = 0;
  std::uint32_t pid = 0;
  std::string name;
  std::string domain;
  LegacyDictionary xdata;
  friend bool operator==(const EntrylkContention&, const EntrylkContention&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"type", self.type}, Field{"pid", self.pid},
                      Field{"name", self.name}, Field{"domain", self.domain}, Field{"xdata", self.xdata});
  }
};

using CallbackMessages = MessageList<FetchSpec, FlushInodes, EventNotice, GetSnapshots, CacheInvalidation, ChildUp,
                                     ChildDown, RecallLease, StateDumpNotice, InodelkContention, EntrylkContention>;

}  // namespace mortar
