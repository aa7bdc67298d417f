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
Task<Dictionary> rebalance_volume(Management& management, Dictionary request);

// option_commands.cpp
Task<Dictionary> set_volume(Management& management, Dictionary request);
Task<Dictionary> reset_volume(Management& management, Dictionary request);
Task<Dictionary> get_option(Management& management, Dictionary request);

// query_commands.cpp
Task<Dictionary> get_volume(Management& management, Dictionary request);
Task<Dictionary> list_volumes(Management& management, Dictionary request);
Task<Dictionary> get_uuid(Management& management, Dictionary request);
Task<Dictionary> get_volfile(Management& management, Dictionary request);
Dictionary list_friends(const Management& management, std::int32_t flags);

// status_command.cpp
Task<Dictionary> status_volume(Management& management, Dictionary request);

// statistics_commands.cpp
Task<Dictionary> profile_volume(Management& management, Dictionary request);

// statedump_command.cpp
Task<Dictionary> dump_volume_state(Management& management, Dictionary request);

// pool_commands.cpp
Task<Dictionary> probe(Management& management, Dictionary request);
Task<Dictionary> deprobe(Management& management, Dictionary request);
Task<Dictionary> reset_uuid(Management& management, Dictionary request);

// The text of a key that the command cannot do without.
Result<std::string> required(const Dictionary& request, std::string_view key);
void set_number(Dictionary& dictionary, std::string_view key, std::int64_t number);
std::uint32_t count_in(const Dictionary& request, std::string_view key, std::uint32_t otherwise);
// HOST:/PATH HOST:/PATH ...; which server has each is not known.
Result<std::vector<Brick>> parse_bricks(std::string_view words);

}  // namespace mortar::commands
