#include "pool/etcd/gateway_json.h"

#include <openssl/evp.h>

#include <charconv>
#include <nlohmann/json.hpp>

namespace mortar::gateway_json {

namespace {

const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

Result<Json> parse(std::string_view text) {
  Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return failed(EPROTO, "an answer of etcd is not JSON");
  return document;
}

std::optional<std::uint64_t> number(const Json& object, const char* name) {
  const Json* value = member(object, name);
  if (value == nullptr) return 0;
  if (value->is_number_unsigned()) return value->get<std::uint64_t>();
  if (!value->is_string()) return std::nullopt;
  const std::string& digits = value->get_ref<const std::string&>();
  std::uint64_t read = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), read);
  if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return read;
}

std::optional<std::string> text(const Json& object, const char* name) {
  const Json* value = member(object, name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<bool> flag(const Json& object, const char* name) {
  const Json* value = member(object, name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

const Json* object(const Json& parent, const char* name) {
  const Json* value = member(parent, name);
  return value != nullptr && value->is_object() ? value : nullptr;
}

const Json* array(const Json& parent, const char* name) {
  const Json* value = member(parent, name);
  return value != nullptr && value->is_array() ? value : nullptr;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size != static_cast<int>(bytes.size())) return std::nullopt;
  // The decoder counts padding as bytes.
  while (!bytes.empty() && text.ends_with('=')) {
    text.remove_suffix(1);
    bytes.pop_back();
  }
  return bytes;
}

}  // namespace mortar::gateway_json
