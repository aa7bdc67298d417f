#include "translators/locks/reply_counts.h"

#include <algorithm>
#include <string_view>

namespace mortar::locks {

namespace {

constexpr std::string_view range_count = "glusterfs.inodelk-count";
constexpr std::string_view name_count = "glusterfs.entrylk-count";
constexpr std::string_view posix_count = "glusterfs.posixlk-count";
constexpr std::string_view parent_name = "glusterfs.parent-entrylk";
constexpr std::string_view domain_count = "glusterfs.inodelk-dom-count";
constexpr std::string_view several_domains = "glusterfs.multi-dom-lk-cnt-req";
constexpr std::string_view domain_prefix = "glusterfs.inodelk-dom-prefix:";

std::int64_t number(std::size_t count) { return static_cast<std::int64_t>(count); }

// The greatest answer of the objects.
template <class Count>
std::int64_t greatest(const LockTable& table, std::span<const Gfid> objects, Count&& count) {
  std::int64_t most = 0;
  for (const Gfid& gfid : objects) {
    if (const ObjectLocks* object = table.find(gfid)) most = std::max(most, number(count(*object)));
  }
  return most;
}

std::int64_t in_domain(const LockTable& table, std::span<const Gfid> objects, std::string_view domain) {
  return greatest(table, objects, [domain](const ObjectLocks& object) -> std::size_t {
    const RangeQueue* queue = object.find_ranges(domain);
    return queue == nullptr ? 0 : queue->size();
  });
}

}  // namespace

bool asks_for_counts(const Dictionary& xdata) {
  return std::ranges::any_of(xdata, [](const Dictionary::Pair& pair) {
    const std::string_view key = pair.first;
    if (!key.starts_with("glusterfs.")) return false;
    return key == range_count || key == name_count || key == posix_count || key == parent_name || key == domain_count ||
           key == several_domains;
  });
}

void add_counts(const LockTable& table, const Dictionary& asked, std::span<const Gfid> objects, Dictionary& reply) {
  const bool several = asked.has(several_domains);
  for (const auto& [key, value] : asked) {
    if (key == name_count) {
      reply.set(key, greatest(table, objects, [](const ObjectLocks& object) { return object.name_count(); }));
    } else if (key == posix_count) {
      reply.set(key, greatest(table, objects, [](const ObjectLocks& object) { return object.posix.size(); }));
    } else if (key == domain_count) {
      reply.set(range_count, in_domain(table, objects, text_of(value).value_or("")));
    } else if (several && key.starts_with(domain_prefix)) {
      reply.set(key, in_domain(table, objects, std::string_view(key).substr(domain_prefix.size())));
    }
  }
  // Stands last: who asks for all domains is not content with one.
  if (asked.has(range_count)) {
    reply.set(range_count, greatest(table, objects, [](const ObjectLocks& object) { return object.range_count(); }));
  }
}

void add_name_count(const LockTable& table, const Dictionary& asked, const Gfid& parent, const std::string& name,
                    Dictionary& reply) {
  if (name.empty() || parent.is_null() || !asked.has(parent_name)) return;
  const ObjectLocks* object = table.find(parent);
  reply.set(parent_name, std::int64_t{object != nullptr && object->name_is_locked(name) ? 1 : 0});
}

}  // namespace mortar::locks
