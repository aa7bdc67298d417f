// The commands behind the CLI program, by what they are about. Each gets the request's dictionary and yields the
// reply's; an error's sentence is what the user reads.
#pragma once

#include "base/dictionary.h"
#include "management/management.h"
#include "wire/messages/commands.h"

namespace mortar::commands {

// volume_commands.cpp
Task<Dictionary> create_volume(Management& management, Dictionary request);
Task<Dictionary> start_volume(Management& management, Dictionary request);
Task<Dictionary> stop_volume(Management& management, Dictionary request);
Task<Dictionary> delete_volume(Management& management, Dictionary request);

// brick_commands.cpp
Task<Dictionary> add_bricks(Management& management, Dictionary request);
Task<Dictionary> remove_bricks(Management& management, Dictionary request);

// rebalance_command.cpp
Task<Dictionary> own_rebalance(Management& management, Dictionary question);
// What own_rebalance() of a server has told.
RebalancePart rebalance_part(const Dictionary& told);
Task<Dictionary> rebalance_volume(Management& management, Dictionary request);

// option_commands.cpp
Task<Dictionary> set_volume(Management& management, Dictionary request);
Task<Dictionary> reset_volume(Management& management, Dictionary request);
Task<Dictionary> get_option(Management& management, Dictionary request);
// key1, value1, key2 ... and their count: the options of a volume, or those of the pool (null).
Dictionary all_options(const Pool& pool, const Volume* volume);

// query_commands.cpp
Task<Dictionary> get_volume(Management& management, Dictionary request);
Task<Dictionary> list_volumes(Management& management, Dictionary request);
Task<Dictionary> get_uuid(Management& management, Dictionary request);
Task<Dictionary> get_volfile(Management& management, Dictionary request);
Task<Dictionary> get_brick_port(Management& management, Dictionary request);
Dictionary list_friends(Management& management, std::int32_t flags);

// What a server is asked about its own part of (see subjects.h).
namespace subject {
inline constexpr std::string_view status = "status", statistics = "statistics", state_dump = "state dump",
                                  client_state_dump = "client state dump", log_rotation = "log rotation",
                                  rebalance = "rebalance", heal = "heal", condition = "condition", events = "events",
                                  webhook_test = "webhook test";
}  // namespace subject

// status_command.cpp
Task<Dictionary> own_status(Management& management, Dictionary question);
Task<Dictionary> status_volume(Management& management, Dictionary request);

// statistics_commands.cpp
Task<Dictionary> own_statistics(Management& management, Dictionary question);
Task<Dictionary> profile_volume(Management& management, Dictionary request);

// replace_command.cpp
Task<Dictionary> replace_brick(Management& management, Dictionary request);
Task<Dictionary> reset_brick(Management& management, Dictionary request);

// heal_command.cpp
Task<Dictionary> heal_own(Management& management, Dictionary question);
Task<Dictionary> heal_volume(Management& management, Dictionary request);

// statedump_command.cpp
Task<Dictionary> dump_own_state(Management& management, Dictionary question);
Task<Dictionary> dump_own_client(Management& management, Dictionary question);
Task<Dictionary> dump_volume_state(Management& management, Dictionary request);

// state_command.cpp
Task<Dictionary> dump_state(Management& management, Dictionary request);
Task<Dictionary> clear_locks(Management& management, Dictionary request);

// log_command.cpp
Task<Dictionary> rotate_own_logs(Management& management, Dictionary question);
Task<Dictionary> rotate_logs(Management& management, Dictionary request);

// sync_command.cpp
Task<Dictionary> sync_volume(Management& management, Dictionary request);

// condition.cpp
Task<Dictionary> own_condition(Management& management, Dictionary question);

// pool_commands.cpp
Task<Dictionary> probe(Management& management, Dictionary request);
Task<Dictionary> deprobe(Management& management, Dictionary request);
Task<Dictionary> reset_uuid(Management& management, Dictionary request);
Task<Dictionary> pool_status(Management& management, Dictionary request);
Task<Dictionary> recover_pool(Management& management, Dictionary request);

// events_commands.cpp
Task<Dictionary> own_events(Management& management, Dictionary question);
Task<Dictionary> test_own_webhook(Management& management, Dictionary question);
Task<Dictionary> events_status(Management& management, Dictionary request);
Task<Dictionary> add_webhook(Management& management, Dictionary request);
Task<Dictionary> change_webhook(Management& management, Dictionary request);
Task<Dictionary> remove_webhook(Management& management, Dictionary request);
Task<Dictionary> test_webhook(Management& management, Dictionary request);
Task<Dictionary> set_event_setting(Management& management, Dictionary request);
Task<Dictionary> reset_event_settings(Management& management, Dictionary request);

// The text of a key that the command cannot do without.
Result<std::string> required(const Dictionary& request, std::string_view key);
void set_number(Dictionary& dictionary, std::string_view key, std::int64_t number);
// Servers that did not answer: our command line names them, stock's does not look.
void name_silent(Dictionary& reply, const std::vector<std::string>& servers);
std::uint32_t count_in(const Dictionary& request, std::string_view key, std::uint32_t otherwise);
// HOST:/PATH HOST:/PATH ...; which server has each is not known.
Result<std::vector<Brick>> parse_bricks(std::string_view words);
std::string brick_words(const std::vector<Brick>& bricks);

}  // namespace mortar::commands
