#include "management/peers/farewells.h"

#include <algorithm>

namespace mortar {

namespace {

using namespace std::chrono_literals;

// One that is away may never come back.
constexpr Duration longest = 2min;
// Who left before this daemon started is not known; an invitation may have been taken without an answer.
constexpr Duration brief = 30s;
// Two of its questions.
constexpr Duration silence = 5s;

}  // namespace

void Farewells::learn(const Pool& pool, Instant now) {
  std::map<Gfid, bool> members;
  for (const Server& server : pool.servers) members.emplace(server.id, server.invited);
  if (!begun_ && !pool.trust.revoked.empty()) until_.emplace(Gfid{}, now + brief);
  begun_ = true;
  for (const auto& [former, was_invited] : members_) {
    if (!members.contains(former)) until_.insert_or_assign(former, now + (was_invited ? brief : longest));
  }
  for (const auto& [member, is_invited] : members) until_.erase(member);
  members_ = std::move(members);
}

void Farewells::told(const Gfid& server, Instant now) { until_.insert_or_assign(server, now + silence); }

bool Farewells::are_over(Instant now) const {
  return std::ranges::all_of(until_, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace mortar
