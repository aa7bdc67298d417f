// What does each command (see the table in commands.cpp).
#pragma once

#include "command/commands.h"

namespace mortar::command {

Task<int> show_help(const Invocation& run);
Task<int> show_group_help(const Invocation& run);
Task<int> show_system_help(const Invocation& run);
Task<int> unavailable(const Invocation& run);

Task<int> get_state(const Invocation& run);

Task<int> peer_probe(const Invocation& run);
Task<int> peer_detach(const Invocation& run);
Task<int> peer_status(const Invocation& run);
Task<int> pool_list(const Invocation& run);
Task<int> pool_recover(const Invocation& run);
Task<int> pool_status(const Invocation& run);

Task<int> system_brick_port(const Invocation& run);
Task<int> system_complete(const Invocation& run);
Task<int> system_friend_log(const Invocation& run);
Task<int> system_getspec(const Invocation& run);
Task<int> system_getwd(const Invocation& run);
Task<int> system_uuid_get(const Invocation& run);
Task<int> system_uuid_reset(const Invocation& run);

Task<int> volume_add_brick(const Invocation& run);
Task<int> volume_create(const Invocation& run);
Task<int> volume_delete(const Invocation& run);
Task<int> volume_get(const Invocation& run);
Task<int> volume_heal(const Invocation& run);
Task<int> volume_info(const Invocation& run);
Task<int> volume_list(const Invocation& run);
Task<int> volume_log(const Invocation& run);
Task<int> volume_profile(const Invocation& run);
Task<int> volume_rebalance(const Invocation& run);
Task<int> volume_remove_brick(const Invocation& run);
Task<int> volume_replace_brick(const Invocation& run);
Task<int> volume_reset_brick(const Invocation& run);
Task<int> volume_reset(const Invocation& run);
Task<int> volume_set(const Invocation& run);
Task<int> volume_start(const Invocation& run);
Task<int> volume_statedump(const Invocation& run);
Task<int> volume_clear_locks(const Invocation& run);
Task<int> volume_status(const Invocation& run);
Task<int> volume_stop(const Invocation& run);
Task<int> volume_sync(const Invocation& run);
Task<int> volume_top(const Invocation& run);

}  // namespace mortar::command
