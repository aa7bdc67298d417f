// POSIX.1e access lists as the file system keeps them ("system.posix_acl_access", "system.posix_acl_default"):
// little-endian, version 2, then entries of tag, permissions and id.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace mortar::access {

inline constexpr const char* access_key = "system.posix_acl_access";
inline constexpr const char* default_key = "system.posix_acl_default";

inline constexpr std::uint32_t may_read = 4, may_write = 2, may_execute = 1;

enum class Tag : std::uint16_t {
  owner = 0x01,
  user = 0x02,
  group = 0x04,
  named_group = 0x08,
  mask = 0x10,
  other = 0x20
};

struct ListEntry {
  Tag tag = Tag::other;
  std::uint16_t permissions = 0;
  std::uint32_t id = 0;
  friend bool operator==(const ListEntry&, const ListEntry&) = default;
};

class AccessList {
 public:
  // Nothing where the bytes are no such list.
  static std::optional<AccessList> parse(Bytes bytes);
  std::string bytes() const;

  // A new object in a directory with this default list: the permissions of list and mode are cut down to each other.
  // The answer is the mode.
  std::uint32_t inherit(std::uint32_t mode);
  const std::vector<ListEntry>& entries() const { return entries_; }
  // More than what a mode says.
  bool is_extended() const { return entries_.size() > 3; }

 private:
  std::vector<ListEntry> entries_;
};

struct Subject {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::span<const std::uint32_t> groups;
  bool is_in(std::uint32_t group) const;
};

struct Object {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t mode = 0;
  const AccessList* list = nullptr;  // null: the mode alone
};

// The algorithm of POSIX.1e: the owner; named users; groups, of which any may grant; everybody else. Named users and
// groups are limited by the mask.
bool permits(const Subject& subject, const Object& object, std::uint32_t wanted);

}  // namespace mortar::access
