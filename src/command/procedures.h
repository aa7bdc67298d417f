// Numbers inside the arguments of the CLI program, as stock numbers them.
#pragma once

#include <cstdint>

namespace mortar::command {

// "flags" of get_volume.
inline constexpr int get_this_volume = 2, get_next_volume = 3;
// "flags" of list_friends.
inline constexpr int list_peers = 1, list_pool = 2;
// "flags" of sync_volume; absent for one volume.
inline constexpr int sync_all = 1;
// "flags" of start and stop.
inline constexpr int with_force = 1;

// "cmd" of status_volume: what is asked, and of whom.
namespace status {
inline constexpr std::uint32_t memory = 0x1, clients = 0x2, inodes = 0x4, descriptors = 0x8, call_pool = 0x10,
                               detail = 0x20, tasks = 0x40, client_list = 0x80, what = 0xff, of_volume = 0x100,
                               of_all = 0x200, of_brick = 0x400, of_nfs = 0x800, of_self_heal = 0x1000,
                               of_quota = 0x2000, of_snapshots = 0x4000, of_bitrot = 0x8000, of_scrubber = 0x10000;
}  // namespace status

// "op" of profile_volume and top_volume.
namespace statistics {
inline constexpr int start = 1, stop = 2, info = 3, top = 4;
}  // namespace statistics
// "info-op" of profile_volume.
namespace profile_info {
inline constexpr int everything = 1, incremental = 2, cumulative = 3, clear = 4;
}  // namespace profile_info
// "top-op" of top_volume; clearing has none.
namespace top_table {
inline constexpr int none = 0, open = 1, read = 2, write = 3, opendir = 4, readdir = 5, read_speed = 6, write_speed = 7;
}  // namespace top_table

// "getstate-cmd" of get_state; of the plain state it is absent.
namespace state {
inline constexpr int detail = 1, volume_options = 2;
}  // namespace state

// "rebalance-command" of defrag_volume.
namespace rebalance {
inline constexpr int start = 1, stop = 2, status = 3, fix_layout = 4, start_force = 5;
}  // namespace rebalance

// "type" of create.
namespace volume_type {
inline constexpr int distribute = 0, replicate = 2, disperse = 4;
}  // namespace volume_type

}  // namespace mortar::command
