#include "translators/access_control/access_list.h"

#include <algorithm>

namespace mortar::access {

namespace {

constexpr std::uint32_t list_version = 2;
constexpr std::size_t header_size = 4, entry_size = 8;

std::uint32_t little_endian(Bytes bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < size; ++index) {
    value |= static_cast<std::uint32_t>(bytes[at + index]) << (8 * index);
  }
  return value;
}

void put_little_endian(std::string& out, std::uint32_t value, std::size_t size) {
  for (std::size_t index = 0; index < size; ++index) out += static_cast<char>(value >> (8 * index));
}

bool is_tag(std::uint32_t tag) {
  return tag == 0x01 || tag == 0x02 || tag == 0x04 || tag == 0x08 || tag == 0x10 || tag == 0x20;
}

}  // namespace

std::optional<AccessList> AccessList::parse(Bytes bytes) {
  if (bytes.size() < header_size || (bytes.size() - header_size) % entry_size != 0) return std::nullopt;
  if (little_endian(bytes, 0, 4) != list_version) return std::nullopt;
  AccessList list;
  for (std::size_t at = header_size; at < bytes.size(); at += entry_size) {
    const std::uint32_t tag = little_endian(bytes, at, 2);
    if (!is_tag(tag)) return std::nullopt;
    list.entries_.push_back({.tag = static_cast<Tag>(tag),
                             .permissions = static_cast<std::uint16_t>(little_endian(bytes, at + 2, 2) & 7),
                             .id = little_endian(bytes, at + 4, 4)});
  }
  return list;
}

std::string AccessList::bytes() const {
  std::string out;
  put_little_endian(out, list_version, 4);
  for (const ListEntry& entry : entries_) {
    put_little_endian(out, static_cast<std::uint32_t>(entry.tag), 2);
    put_little_endian(out, entry.permissions, 2);
    put_little_endian(out, entry.id, 4);
  }
  return out;
}

std::uint32_t AccessList::inherit(std::uint32_t mode) {
  const bool masked = std::ranges::any_of(entries_, [](const ListEntry& entry) { return entry.tag == Tag::mask; });
  std::uint32_t kept = mode & ~0777U;
  auto cut = [&](ListEntry& entry, unsigned shift) {
    entry.permissions &= static_cast<std::uint16_t>(mode >> shift & 7);
    kept |= static_cast<std::uint32_t>(entry.permissions) << shift;
  };
  for (ListEntry& entry : entries_) {
    if (entry.tag == Tag::owner) cut(entry, 6);
    if (entry.tag == (masked ? Tag::mask : Tag::group)) cut(entry, 3);
    if (entry.tag == Tag::other) cut(entry, 0);
  }
  return kept;
}

bool Subject::is_in(std::uint32_t group) const {
  return group == gid || std::ranges::find(groups, group) != groups.end();
}

namespace {

bool grants(std::uint32_t permissions, std::uint32_t wanted) { return (permissions & wanted) == wanted; }

bool permits_by_list(const Subject& subject, const Object& object, std::uint32_t wanted) {
  std::uint32_t mask = 7;
  for (const ListEntry& entry : object.list->entries()) {
    if (entry.tag == Tag::mask) mask = entry.permissions;
  }
  for (const ListEntry& entry : object.list->entries()) {
    if (entry.tag == Tag::user && entry.id == subject.uid) return grants(entry.permissions & mask, wanted);
  }
  bool in_group = false;
  for (const ListEntry& entry : object.list->entries()) {
    const bool member = (entry.tag == Tag::group && subject.is_in(object.gid)) ||
                        (entry.tag == Tag::named_group && subject.is_in(entry.id));
    if (!member) continue;
    in_group = true;
    if (grants(entry.permissions, wanted)) return grants(entry.permissions & mask, wanted);
  }
  return !in_group && grants(object.mode & 7, wanted);
}

}  // namespace

bool permits(const Subject& subject, const Object& object, std::uint32_t wanted) {
  if (subject.uid == object.uid) return grants(object.mode >> 6 & 7, wanted);
  if (object.list != nullptr && object.list->is_extended()) return permits_by_list(subject, object, wanted);
  if (subject.is_in(object.gid)) return grants(object.mode >> 3 & 7, wanted);
  return grants(object.mode & 7, wanted);
}

}  // namespace mortar::access
