#include <fmt/format.h>

#include <algorithm>

#include "management/commands.h"
#include "pool/op_versions.h"
#include "pool/option_table.h"

namespace mortar::commands {

namespace {

constexpr std::int64_t most_pairs = 1000;

// Who asks a volume for an option of the pool; the gaps are stock's.
constexpr std::string_view ask_for_all =
    "Warning: support to get                                         global option value using volume get"
    "                                         <volname>` will be deprecated from"
    "                                         next release. Consider using `volume"
    "                                         get all` instead for global options";

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
  if (entry.key == "cluster.max-op-version") return fmt::to_string(newest_op_version_of(pool));
  const bool of_pool = entry.scope == OptionScope::pool;
  const OptionList& options = volume == nullptr || of_pool ? pool.options : volume->options;
  if (auto value = options.find(entry.key)) return std::string(*value);
  if (entry.key == "config.transport") return "tcp";
  if (entry.key == "config.memory-accounting") return "Disabled";
  if (!entry.written.empty()) return std::string(entry.written);
  const bool in_effect = (entry.flags & OptionEntry::plain) != 0 || (of_pool && volume != nullptr);
  return in_effect ? std::string(entry.shown_default) : fmt::format("{} (DEFAULT)", entry.shown_default);
}

// Options of the pool in the order in which they are told by themselves.
constexpr std::string_view keys_of_pool[] = {
    "cluster.server-quorum-ratio",   "cluster.enable-shared-storage", "cluster.op-version",
    "cluster.max-op-version",        "cluster.brick-multiplex",       "cluster.max-bricks-per-process",
    "glusterd.vol_count_per_thread", "cluster.localtime-logging",     "cluster.daemon-log-level",
    "cluster.brick-graceful-cleanup"};

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
    if (volume != nullptr && entry->scope == OptionScope::pool) reply.set_text("warning", ask_for_all);
  }
  set_number(reply, "count", count);
  return reply;
}

Result<Dictionary> wanted_options(const Pool& pool, const Dictionary& request) {
  Result<std::string> name = required(request, "volname");
  if (!name) return std::unexpected(name.error());
  Result<std::string> key = required(request, "key");
  if (!key) return std::unexpected(key.error());
  const Volume* volume = nullptr;
  if (*name != "all") {
    Result<const Volume*> found = existing_volume(pool, *name);
    if (!found) return std::unexpected(found.error());
    volume = *found;
  }
  if (*key == "all") return all_options(pool, volume);
  return one_option(pool, volume, *key);
}

}  // namespace

Dictionary all_options(const Pool& pool, const Volume* volume) {
  Dictionary reply;
  std::int64_t count = 0;
  auto add = [&](const OptionEntry& entry) { add_pair(reply, count, entry.key, shown_value(pool, volume, entry)); };
  if (volume == nullptr) {
    for (std::string_view key : keys_of_pool) add(*find_option(key));
  } else {
    for (const OptionEntry& entry : option_table()) {
      if ((entry.flags & OptionEntry::unlisted) == 0) add(entry);
    }
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
  const Occurrence event = events::VolumeSet::with(edit.volume, edit.pairs);
  const Reports reports = co_await tried(management.set_options(std::move(edit)));
  management.announcer().raise(event);
  name_silent(reply, reports.silent);
  co_return reply;
}

Task<Dictionary> reset_volume(Management& management, Dictionary request) {
  ResetOptions edit;
  edit.volume = co_await tried(required(request, "volname"));
  edit.key = request.text("key").value_or("all");
  edit.force = request.number("force").value_or(0) != 0;
  Dictionary reply;
  reply.set_text("volname", edit.volume);
  const Occurrence event = events::VolumeReset::with(edit.volume, edit.key);
  const Reports reports = co_await tried(management.reset_options(std::move(edit)));
  management.announcer().raise(event);
  name_silent(reply, reports.silent);
  co_return reply;
}

Task<Dictionary> get_option(Management& management, Dictionary request) {
  Result<Dictionary> told = wanted_options(management.pool(), request);
  // As stock answers all failures of this command.
  if (!told) co_return failed(0, told.error().sentence());
  co_return told;
}

}  // namespace mortar::commands
