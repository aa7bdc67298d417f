#include "pool/event_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace mortar {

namespace {

using enum EventSetting::Kind;

constexpr std::string_view logging = "disable-events-log";
constexpr std::string_view log_level = "log-level";
constexpr std::string_view client_events = "client-events";
constexpr std::array<EventSetting, 4> settings{{
    {log_level, level, "INFO"},
    {"port", number, "55555"},
    {logging, flag, "false"},
    {client_events, flag, "false", true},
}};

// Those of GlusterFS's daemon, from the least urgent on.
constexpr std::array<std::string_view, 5> levels{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};

constexpr std::size_t longest_url = 2048;
constexpr std::size_t longest_secret = 4096;

Result<std::string> level_of(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? char(letter - 'a' + 'A') : letter;
  });
  if (std::ranges::find(levels, text) != levels.end()) return text;
  return failed(EINVAL, fmt::format("log-level is one of DEBUG, INFO, WARNING, ERROR and CRITICAL, not '{}'", word));
}

Result<std::string> port_of(std::string_view word) {
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), port);
  if (problem == std::errc() && end == word.data() + word.size() && port != 0) return fmt::to_string(port);
  return failed(EINVAL, fmt::format("port is a number from 1 to 65535, not '{}'", word));
}

Result<std::string> flag_of(std::string_view name, std::string_view word) {
  if (word == "enabled") return "true";
  if (word == "disabled") return "false";
  const std::optional<bool> on = boolean_word(word);
  if (!on) return failed(EINVAL, fmt::format("{} is true or false, not '{}'", name, word));
  return *on ? "true" : "false";
}

// It becomes a line of a request's head.
bool is_line(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char letter) { return letter >= 0x20 && letter != 0x7f; });
}

bool is_address(std::string_view url) {
  std::string_view host;
  for (std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme)) host = url.substr(scheme.size());
  }
  host = host.substr(0, host.find_first_of("/?#"));
  return !host.empty() && !host.starts_with(':') && is_line(url) && url.find(' ') == std::string_view::npos;
}

}  // namespace

std::span<const EventSetting> event_settings() { return settings; }

Result<const EventSetting*> existing_event_setting(std::string_view name) {
  const auto found = std::ranges::find(settings, name, &EventSetting::name);
  if (found == settings.end()) return failed(EINVAL, "Invalid Config item");
  return &*found;
}

Result<std::string> event_setting_value(const EventSetting& setting, std::string_view word) {
  switch (setting.kind) {
    case level: return level_of(word);
    case number: return port_of(word);
    case flag: return flag_of(setting.name, word);
  }
  return std::string(word);
}

std::string_view value_of(const Pool& pool, const EventSetting& setting) {
  return pool.event_settings.find(setting.name).value_or(setting.otherwise);
}

bool are_events_logged(const Pool& pool) {
  const std::string_view from = pool.event_settings.find(log_level).value_or(levels[1]);
  return !pool.event_settings.is_on(logging, false) && std::ranges::find(levels, from) <= &levels[1];
}

bool are_clients_told_of(const Pool& pool) { return pool.event_settings.is_on(client_events, false); }

Result<Done> check_webhook(const Webhook& webhook) {
  if (webhook.url.size() > longest_url) {
    return failed(E2BIG, fmt::format("The URL is longer than {} characters", longest_url));
  }
  if (!is_address(webhook.url)) {
    return failed(EINVAL,
                  fmt::format("'{}' is no address of a webhook: http://HOST[:PORT]/PATH or https://...", webhook.url));
  }
  if (webhook.token.size() > longest_secret || webhook.secret.size() > longest_secret) {
    return failed(E2BIG, fmt::format("The token or the secret is longer than {} characters", longest_secret));
  }
  if (!is_line(webhook.token)) return failed(EINVAL, "The bearer token holds characters that cannot be sent");
  return done;
}

Result<Done> check_webhook_exists(const Pool& pool, std::string_view url) {
  if (pool.webhook(url) == nullptr) return failed(ENOENT, "Webhook does not exists");
  return done;
}

}  // namespace mortar
