// Words of a command's arguments that may be abbreviated.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace mortar::command {

// The volume that services of the pool keep their own files on.
inline constexpr std::string_view shared_storage = "gluster_shared_storage";

// The word that is meant: written out, or by a beginning that no other word has. Nothing for anything else.
std::optional<std::string_view> word_meant(std::string_view text, std::span<const std::string_view> words);

}  // namespace mortar::command
