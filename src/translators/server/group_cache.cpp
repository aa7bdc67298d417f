#include "translators/server/group_cache.h"

#include <charconv>
#include <string>

namespace mortar {

namespace {

std::vector<std::uint32_t> parse_groups(std::string_view text) {
  std::vector<std::uint32_t> groups;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    std::uint32_t group = 0;
    const auto [next, error] = std::from_chars(at, end, group);
    if (error == std::errc()) groups.push_back(group);
    at = next == at ? at + 1 : next;
  }
  return groups;
}

}  // namespace

Task<std::vector<std::uint32_t>> GroupCache::find(std::uint32_t uid, std::chrono::seconds kept_for) {
  const auto known = known_.find(uid);
  if (known != known_.end() && world_.now() - known->second.since < kept_for) co_return known->second.groups;
  Finished finished = co_await tried(world_.processes().run(Command{{"id", "-G", "--", std::to_string(uid)}}));
  std::vector<std::uint32_t> groups;
  if (finished.exit.status == 0) groups = parse_groups(finished.output);
  if (known_.size() >= most) known_.clear();
  known_[uid] = Known{groups, world_.now()};
  co_return groups;
}

}  // namespace mortar
