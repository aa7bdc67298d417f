// JSON as Python writes it, with a space behind each comma and colon: scripts compare answers of GlusterFS's programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mortar::command {

using Json = nlohmann::ordered_json;

std::string json_text(const Json& value);

}  // namespace mortar::command
