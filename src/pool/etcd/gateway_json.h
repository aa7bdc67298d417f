// The JSON that etcd's gateway speaks: numbers of 64 bits as text, bytes in base64, what is zero or false left out.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace mortar::gateway_json {

using Json = nlohmann::json;

// EPROTO unless the text is one object. A deep one costs memory in proportion to its size, not stack.
Result<Json> parse(std::string_view text);

// Members of an object. The zero of their type where they are absent; nothing where they are of another type.
std::optional<std::uint64_t> number(const Json& object, const char* name);
std::optional<std::string> text(const Json& object, const char* name);
std::optional<bool> flag(const Json& object, const char* name);
// Null where absent or not of that type.
const Json* object(const Json& parent, const char* name);
const Json* array(const Json& parent, const char* name);

std::string base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace mortar::gateway_json
