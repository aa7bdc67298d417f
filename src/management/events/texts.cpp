#include "management/events/texts.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "pool/add_webhook.h"
#include "pool/event_settings.h"
#include "pool/set_event_setting.h"

namespace mortar {

namespace {

using Json = nlohmann::json;
// As they were set.
using Ordered = nlohmann::ordered_json;

constexpr std::int64_t token_lasts = 60;

// Names of bricks and values of options need not be UTF-8.
template <class Value>
std::string written(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

Json json_of(const EventValue& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

// The alphabet of URLs, without padding.
std::string base64(std::string_view bytes) {
  std::string text(4 * (bytes.size() / 3 + 1), '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  text.erase(text.find_last_not_of('=') + 1);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::string signature(std::string_view secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data(), &size);
  check(made != nullptr, "a text can be signed");
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

template <Edit Change>
void take(const Change& edit, Pool& pool, std::string_view name, std::vector<std::string>& left_out) {
  if (const Result<Done> checked = edit.check(pool); checked) {
    edit.apply(pool);
  } else if (checked.error().number() != EALREADY) {
    left_out.emplace_back(name);
  }
}

}  // namespace

std::string event_text(const Gfid& server, std::int64_t seconds, const Occurrence& event) {
  Json message = Json::object();
  for (const auto& [key, value] : event.fields) message[std::string(key)] = json_of(value);
  return written(
      Json{{"nodeid", server.text()}, {"ts", seconds}, {"event", event.name}, {"message", std::move(message)}});
}

std::string authorization(const Webhook& webhook, std::string_view event, std::int64_t seconds, std::int64_t now) {
  if (webhook.secret.empty()) return webhook.token.empty() ? std::string() : "Bearer " + webhook.token;
  const Json claims{{"exp", now + token_lasts}, {"iat", seconds}, {"iss", "gluster"}, {"sub", event}};
  const std::string text = base64(R"({"alg":"HS256","typ":"JWT"})") + "." + base64(written(claims));
  return "Bearer " + text + "." + base64(signature(webhook.secret, text));
}

std::string webhooks_text(const Pool& pool) {
  Ordered text = Ordered::object();
  for (const Webhook& webhook : pool.webhooks) {
    text[webhook.url] = Ordered{{"token", webhook.token}, {"secret", webhook.secret}};
  }
  return written(text);
}

std::string event_settings_text(const Pool& pool) {
  Ordered text = Ordered::object();
  for (const EventSetting& setting : event_settings()) {
    if (!pool.event_settings.find(setting.name)) continue;
    const std::string value(value_of(pool, setting));
    Ordered& into = text[std::string(setting.name)];
    switch (setting.kind) {
      case EventSetting::Kind::level: into = value; break;
      case EventSetting::Kind::number: into = std::stoi(value); break;
      case EventSetting::Kind::flag: into = value == "true"; break;
    }
  }
  return written(text);
}

std::vector<std::string> read_webhooks(std::string_view text, Pool& pool) {
  std::vector<std::string> left_out;
  const Json read = Json::parse(text, nullptr, false);
  if (!read.is_object()) return {"all of them"};
  for (const auto& [url, value] : read.items()) {
    // Old releases kept a token only.
    const std::string token = value.is_string() ? value.get<std::string>() : text_in(value, "token");
    const std::string secret = value.is_object() ? text_in(value, "secret") : std::string();
    take(AddWebhook{{url, token, secret}}, pool, url, left_out);
  }
  return left_out;
}

std::vector<std::string> read_event_settings(std::string_view text, Pool& pool) {
  std::vector<std::string> left_out;
  const Json read = Json::parse(text, nullptr, false);
  if (!read.is_object()) return {"all of them"};
  for (const auto& [name, value] : read.items()) {
    const std::string word = value.is_string() ? value.get<std::string>() : value.dump();
    take(SetEventSetting{name, word}, pool, name, left_out);
  }
  return left_out;
}

}  // namespace mortar
