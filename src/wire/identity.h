// Who calls: what the credential of a request says. It travels with every operation through the graph.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/iatt.h"

namespace mortar {

// Negative pids are internal clients (wire-level numbers of stock).
namespace internal_pid {
inline constexpr std::int32_t geo_replication = -1;
inline constexpr std::int32_t rebalance = -3;
inline constexpr std::int32_t no_root_squash = -4;
inline constexpr std::int32_t quota_mount = -5;
inline constexpr std::int32_t self_heal = -6;
inline constexpr std::int32_t heal_info = -7;
inline constexpr std::int32_t bitrot_signer = -8;
inline constexpr std::int32_t scrubber = -9;
inline constexpr std::int32_t trash = -11;
inline constexpr std::int32_t add_replica_mount = -12;
inline constexpr std::int32_t set_times = -13;
}  // namespace internal_pid

// Which times a modifying operation sets from the caller's clock (credential flags).
namespace stamp {
inline constexpr std::uint32_t changed = 1;
inline constexpr std::uint32_t modified = 2;
inline constexpr std::uint32_t accessed = 4;
inline constexpr std::uint32_t parent_changed = 8;
inline constexpr std::uint32_t parent_modified = 16;
inline constexpr std::uint32_t parent_accessed = 32;
}  // namespace stamp

// Opaque bytes, at most 1024, compared for equality: the kernel's owner of a lock, or one a transaction made up.
using LockOwner = std::string;

struct Identity {
  std::int32_t pid = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;
  LockOwner lock_owner;
  std::uint32_t stamps = 0;  // bits of namespace stamp
  Moment time;               // the caller's wall clock at the start of the user's operation

  friend bool operator==(const Identity&, const Identity&) = default;
};

}  // namespace mortar
