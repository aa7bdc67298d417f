#include "translators/posix/acl_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>
#include <vector>

namespace mortar::posix {

namespace {

constexpr std::uint32_t version = 2, no_id = 0xffffffff;
constexpr std::size_t header_size = 4, entry_size = 8, most_entries = 4096;
enum Tag : std::uint16_t { owner = 1, user = 2, owning_group = 4, group = 8, mask = 16, other = 32 };

struct AclEntry {
  std::uint16_t tag = 0;
  std::uint16_t permissions = 0;
  std::uint32_t id = no_id;
};

std::uint32_t read_little(Bytes bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t byte = size; byte-- > 0;) value = value << 8 | static_cast<std::uint32_t>(bytes[at + byte]);
  return value;
}

void put_little(std::string& out, std::uint32_t value, std::size_t size) {
  for (std::size_t byte = 0; byte < size; ++byte, value >>= 8) out.push_back(static_cast<char>(value));
}

std::string permissions_text(std::uint32_t bits) {
  std::string text = "---";
  if ((bits & 4) != 0) text[0] = 'r';
  if ((bits & 2) != 0) text[1] = 'w';
  if ((bits & 1) != 0) text[2] = 'x';
  return text;
}

std::optional<std::uint16_t> parse_permissions(std::string_view text) {
  std::uint16_t bits = 0;
  if (text.size() == 1 && text[0] >= '0' && text[0] <= '7') return static_cast<std::uint16_t>(text[0] - '0');
  for (char letter : text) {
    if (letter == 'r')
      bits |= 4;
    else if (letter == 'w')
      bits |= 2;
    else if (letter == 'x')
      bits |= 1;
    else if (letter != '-')
      return std::nullopt;
  }
  return bits;
}

bool set_tag(AclEntry& entry, std::string_view word, std::string_view id) {
  const bool named = !id.empty();
  if (word == "u" || word == "user")
    entry.tag = named ? user : owner;
  else if (word == "g" || word == "group")
    entry.tag = named ? group : owning_group;
  else if (word == "m" || word == "mask")
    entry.tag = mask;
  else if (word == "o" || word == "other")
    entry.tag = other;
  else
    return false;
  if (!named) return true;
  if (entry.tag == mask || entry.tag == other) return false;
  auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), entry.id);
  return error == std::errc() && end == id.data() + id.size();
}

std::optional<AclEntry> parse_entry(std::string_view text) {
  constexpr std::string_view long_default = "default:", short_default = "d:";
  if (text.starts_with(long_default)) text.remove_prefix(long_default.size());
  if (text.starts_with(short_default)) text.remove_prefix(short_default.size());
  const std::size_t first = text.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  std::size_t second = text.find(':', first + 1);
  // "o:r--" and "m:r--" leave out the empty name.
  const bool short_form = second == std::string_view::npos;
  if (short_form) second = first;
  AclEntry entry;
  const std::string_view id = short_form ? std::string_view() : text.substr(first + 1, second - first - 1);
  std::optional<std::uint16_t> permissions = parse_permissions(text.substr(second + 1));
  if (!permissions || !set_tag(entry, text.substr(0, first), id)) return std::nullopt;
  entry.permissions = *permissions;
  return entry;
}

}  // namespace

std::optional<std::string> acl_text(Bytes binary) {
  if (binary.size() < header_size || (binary.size() - header_size) % entry_size != 0) return std::nullopt;
  if (read_little(binary, 0, 4) != version) return std::nullopt;
  std::string text;
  for (std::size_t at = header_size; at < binary.size(); at += entry_size) {
    const std::uint32_t tag = read_little(binary, at, 2);
    const std::uint32_t id = read_little(binary, at + 4, 4);
    const std::string permissions = permissions_text(read_little(binary, at + 2, 2));
    if (!text.empty()) text += ',';
    switch (tag) {
      case owner: text += "u::" + permissions; break;
      case user: text += fmt::format("u:{}:{}", id, permissions); break;
      case owning_group: text += "g::" + permissions; break;
      case group: text += fmt::format("g:{}:{}", id, permissions); break;
      case mask: text += "m::" + permissions; break;
      case other: text += "o::" + permissions; break;
      default: return std::nullopt;
    }
  }
  return text;
}

std::optional<std::string> acl_binary(std::string_view text) {
  std::vector<AclEntry> entries;
  constexpr std::string_view separators = ", \t\n";
  text = text.substr(0, text.find('\0'));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    std::optional<AclEntry> entry = parse_entry(word);
    if (!entry || entries.size() == most_entries) return std::nullopt;
    entries.push_back(*entry);
  }
  if (entries.empty()) return std::nullopt;
  // The kernel wants them in this order.
  std::ranges::sort(entries, {},
                    [](const AclEntry& entry) { return std::tuple(entry.tag, entry.id, entry.permissions); });
  std::string binary;
  put_little(binary, version, 4);
  for (const AclEntry& entry : entries) {
    put_little(binary, entry.tag, 2);
    put_little(binary, entry.permissions, 2);
    put_little(binary, entry.id, 4);
  }
  return binary;
}

std::string acl_text_of_mode(std::uint32_t mode) {
  return fmt::format("u::{},g::{},o::{}", permissions_text(mode >> 6 & 7), permissions_text(mode >> 3 & 7),
                     permissions_text(mode & 7));
}

}  // namespace mortar::posix
