#include "wire/events.h"

namespace mortar {

namespace {

constexpr const char* name_key = "event";

}  // namespace

Dictionary dictionary_of(const Occurrence& event) {
  Dictionary dictionary;
  dictionary.set_text(name_key, event.name);
  for (const auto& [key, value] : event.fields) {
    if (const auto* text = std::get_if<std::string>(&value)) dictionary.set_text(key, *text);
  }
  return dictionary;
}

std::optional<Occurrence> brick_event_in(const Dictionary& dictionary) {
  std::optional<Occurrence> found;
  const std::string_view name = dictionary.text(name_key).value_or("");
  for_each_message(
      [&]<class Kind>() {
        if (Kind::name != name) return;
        found.emplace(Occurrence{Kind::name, {}});
        for (std::string_view field : Kind::fields) {
          found->fields.emplace_back(field, std::string(dictionary.text(field).value_or("")));
        }
      },
      events::OfBricks{});
  return found;
}

}  // namespace mortar
