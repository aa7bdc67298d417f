#include "command/json_text.h"

#include <nlohmann/json.hpp>

namespace mortar::command {

std::string json_text(const Json& value) {
  if (!value.is_structured()) return value.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::string text;
  for (const auto& [key, member] : value.items()) {
    if (!text.empty()) text += ", ";
    if (value.is_object()) text += json_text(Json(key)) + ": ";
    text += json_text(member);
  }
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

}  // namespace mortar::command
