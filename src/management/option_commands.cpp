#include <fmt/format.h>

#include <algorithm>

#include "management/commands.h"
#include "pool/option_table.h"

namespace mortar::commands {

namespace {

constexpr std::int64_t most_pairs = 1000;

std::string help_text() {
  std::string text;
  for (const OptionEntry& entry : option_table()) {
    if (!entry.documented) continue;
    text +=
        fmt::format("Option: {}\nDefault Value: {}\nDescription: {}\n\n", entry.key, entry.shown_default, entry.help);
  }
  return text;
}

std::string escaped_for_xml(std::string_view text) {
  std::string result;
  for (char letter : text) {
    switch (letter) {
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '&': result += "&amp;"; break;
      default: result += letter;
    }
  }
  return result;
}

std::string help_xml() {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<options>";
  for (const OptionEntry& entry : option_table()) {
    if (!entry.documented) continue;
    text += fmt::format("<option><defaultValue>{}</defaultValue><description>{}</description><name>{}</name></option>",
                        escaped_for_xml(entry.shown_default), escaped_for_xml(entry.help), entry.key);
  }
  return text + "</options>\n";
}

Result<SetOptions> parse_set(const Dictionary& request) {
  SetOptions edit;
  Result<std::string> name = required(request, "volname");
  if (!name) return std::unexpected(name.error());
  edit.volume = std::move(*name);
  for (std::int64_t place = 1; place <= most_pairs; ++place) {
    std::optional<std::string_view> key = request.text(fmt::format("key{}", place));
    if (!key) break;
    std::optional<std::string_view> value = request.text(fmt::format("value{}", place));
    if (!value) return failed(EINVAL, fmt::format("There is no value for {}.", *key));
    edit.pairs.emplace_back(*key, *value);
  }
  return edit;
}

// What `volume get` shows of one option: the value, or the default, marked as such where it is not simply in effect.
std::string shown_value(const Pool& pool, const Volume* volume, const OptionEntry& entry) {
  if (entry.key == "cluster.op-version") return fmt::to_string(pool.op_version);
  if (entry.key == "cluster.max-op-version") return fmt::to_string(newest_op_version);
  const OptionList& options = volume == nullptr || entry.scope == OptionScope::pool ? pool.options : volume->options;
  if (auto value = options.find(entry.key)) return std::string(*value);
  if (entry.key == "config.transport") return "tcp";
  if (entry.key == "config.memory-accounting") return "Enabled";
  if (!entry.written.empty()) return std::string(entry.written);
  const std::string_view shown = entry.shown_default == "(DEFAULT)" ? "" : entry.shown_default;
  return fmt::format("{} (DEFAULT)", shown);
}

void add_pair(Dictionary& reply, std::int64_t& count, std::string_view key, std::string_view value) {
  ++count;
  reply.set_text(fmt::format("key{}", count), key);
  reply.set_text(fmt::format("value{}", count), value);
}

Result<Dictionary> one_option(const Pool& pool, const Volume* volume, const std::string& key) {
  Dictionary reply;
  std::int64_t count = 0;
  if (is_user_option(key) && volume != nullptr) {
    auto value = volume->options.find(key);
    if (!value) return failed(EINVAL, fmt::format("Option {} is not set", key));
    add_pair(reply, count, key, *value);
  } else {
    const OptionEntry* entry = find_option_by_word(key);
    if (entry == nullptr) return failed(EINVAL, fmt::format("Did you mean {}?", nearest_option(key)));
    if (volume == nullptr && entry->scope != OptionScope::pool) {
      return failed(EINVAL, "Not a valid option for all volumes");
    }
    add_pair(reply, count, entry->key, shown_value(pool, volume, *entry));
  }
  set_number(reply, "count", count);
  return reply;
}

}  // namespace

Dictionary all_options(const Pool& pool, const Volume* volume) {
  Dictionary reply;
  std::int64_t count = 0;
  for (const OptionEntry& entry : option_table()) {
    const bool of_pool = entry.scope == OptionScope::pool;
    if ((volume == nullptr) == of_pool) add_pair(reply, count, entry.key, shown_value(pool, volume, entry));
  }
  set_number(reply, "count", count);
  return reply;
}

Task<Dictionary> set_volume(Management& management, Dictionary request) {
  Dictionary reply;
  for (const auto& [key, text] : {std::pair("help", &help_text), std::pair("help-xml", &help_xml)}) {
    if (!request.has(key)) continue;
    reply.set_text("help-str", text());
    co_return reply;
  }
  SetOptions edit = co_await tried(parse_set(request));
  reply.set_text("volname", edit.volume);
  co_await tried(management.set_options(std::move(edit)));
  co_return reply;
}

Task<Dictionary> reset_volume(Management& management, Dictionary request) {
  ResetOptions edit;
  edit.volume = co_await tried(required(request, "volname"));
  edit.key = request.text("key").value_or("all");
  edit.force = request.number("force").value_or(0) != 0;
  Dictionary reply;
  reply.set_text("volname", edit.volume);
  co_await tried(management.reset_options(std::move(edit)));
  co_return reply;
}

Task<Dictionary> get_option(Management& management, Dictionary request) {
  std::string name = co_await tried(required(request, "volname"));
  std::string key = co_await tried(required(request, "key"));
  const Pool& pool = management.pool();
  const Volume* volume = nullptr;
  if (name != "all") {
    volume = co_await tried(existing_volume(pool, name));
  }
  if (key == "all") co_return all_options(pool, volume);
  co_return one_option(pool, volume, key);
}

}  // namespace mortar::commands
