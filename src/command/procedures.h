// Numbers of the CLI program and of its arguments (program 1238463 version 2), as stock numbers them.
#pragma once

#include <cstdint>

namespace mortar::command {

namespace procedure {
inline constexpr std::uint32_t probe = 1, deprobe = 2, list_friends = 3, create_volume = 4, get_volume = 5,
                               delete_volume = 7, start_volume = 8, stop_volume = 9, defrag_volume = 11,
                               set_volume = 12, add_brick = 13, remove_brick = 14, replace_brick = 15, log_rotate = 16,
                               getspec = 17, sync_volume = 19, reset_volume = 20, fsm_log = 21, geo_replication = 22,
                               profile_volume = 23, quota = 24, top_volume = 25, getwd = 26, status_volume = 27,
                               mount = 29, umount = 30, heal_volume = 31, statedump_volume = 32, list_volume = 33,
                               clear_locks = 34, uuid_reset = 35, uuid_get = 36, copy_file = 37, sys_exec = 38,
                               snapshot = 39, barrier_volume = 40, get_volume_option = 41, ganesha = 42, bitrot = 43,
                               get_state = 46, reset_brick = 47;
}  // namespace procedure

// "flags" of get_volume.
inline constexpr int get_this_volume = 2, get_next_volume = 3;
// "flags" of list_friends.
inline constexpr int list_peers = 1, list_pool = 2;
// "flags" of start and stop.
inline constexpr int with_force = 1;

// "cmd" of status_volume: what is asked, and of whom.
namespace status {
inline constexpr std::uint32_t memory = 0x1, clients = 0x2, inodes = 0x4, descriptors = 0x8, call_pool = 0x10,
                               detail = 0x20, tasks = 0x40, client_list = 0x80, what = 0xff, of_volume = 0x100,
                               of_all = 0x200, of_brick = 0x400, of_nfs = 0x800, of_self_heal = 0x1000,
                               of_quota = 0x2000, of_snapshots = 0x4000, of_bitrot = 0x8000, of_scrubber = 0x10000;
}  // namespace status

// "type" of create.
namespace volume_type {
inline constexpr int distribute = 0, replicate = 2, disperse = 4;
}  // namespace volume_type

}  // namespace mortar::command
