#include "translators/posix/attribute_names.h"

#include <algorithm>
#include <array>

#include "translators/posix/brick.h"
#include "translators/posix/glob.h"
#include "translators/posix/mdata.h"

namespace mortar::posix {

namespace {

template <std::size_t count>
bool is_any(std::string_view key, const std::array<std::string_view, count>& patterns) {
  return std::ranges::any_of(patterns, [key](std::string_view pattern) { return matches(pattern, key); });
}

// Of the file system, of geo-replication.
constexpr std::array<std::string_view, 5> foreign = {"trusted.SGI_*", "trusted.glusterfs.volume-mark*",
                                                     "trusted.glusterfs.*.xtime", "trusted.glusterfs.*.stime",
                                                     "trusted.glusterfs.*.entry_stime"};

}  // namespace

bool is_attribute_name(std::string_view key) {
  constexpr std::array<std::string_view, 4> spaces = {"trusted.?*", "user.?*", "security.?*", "system.?*"};
  return is_any(key, spaces);
}

std::string stored_form(const Value& value) {
  if (const auto* text = std::get_if<Text>(&value)) return text->value + '\0';
  std::optional<Bytes> bytes = bytes_of(value);
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

bool is_listed(std::string_view key) {
  constexpr std::array<std::string_view, 7> own = {gfid_key,
                                                   volume_id_key,
                                                   mdata_key,
                                                   "security.selinux",
                                                   "trusted.gfid2path.*",
                                                   "trusted.pgfid.*",
                                                   "trusted.glusterfs.quota.*"};
  return !is_any(key, own) && !is_any(key, foreign);
}

bool is_readable(bool caller_is_internal, std::string_view key) {
  return caller_is_internal || (key != mdata_key && !is_any(key, foreign));
}

}  // namespace mortar::posix
