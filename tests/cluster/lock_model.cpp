#include "lock_model.h"

#include <algorithm>
#include <limits>

namespace mortar::sim {

bool LockModel::has_conflict(const Gfid& gfid, const Held& wanted) const {
  auto found = held_.find(gfid);
  return found != held_.end() && std::ranges::any_of(found->second, [&wanted](const Held& held) {
           return !held.is_of(wanted.client, wanted.owner) && held.overlaps(wanted) && (held.write || wanted.write);
         });
}

void LockModel::replace(const Gfid& gfid, const Held& range, bool unlock) {
  std::vector<Held> left;
  for (const Held& held : held_[gfid]) {
    if (!held.is_of(range.client, range.owner) || !held.overlaps(range)) {
      left.push_back(held);
      continue;
    }
    if (held.first < range.first) {
      left.push_back(held);
      left.back().last = range.first - 1;
    }
    if (range.last < held.last) {
      left.push_back(held);
      left.back().first = range.last + 1;
    }
  }
  if (!unlock) left.push_back(range);
  held_[gfid] = std::move(left);
}

std::string LockModel::saw(std::size_t client, const Call& call, const fop::Lk& lk,
                           const Result<fop::Lk::Reply>& reply) {
  Held wanted{.client = client, .owner = call.lock_owner, .write = lk.type == Flock::write, .first = lk.flock.start};
  wanted.last = lk.flock.length == 0 ? std::numeric_limits<std::uint64_t>::max() : wanted.first + lk.flock.length - 1;
  const bool unlocks = lk.type == Flock::unlock;
  const bool conflicts = !unlocks && has_conflict(lk.gfid, wanted);
  if (lk.command == 0) {
    if (!reply) return reply.error().sentence();
    const bool says_conflict = reply->flock.type != Flock::unlock;
    return says_conflict == conflicts ? "" : conflicts ? "a lock in the way is not told" : "a lock that nobody holds";
  }
  if (!reply && reply.error().number() == EAGAIN) return conflicts ? "" : "refused, and nothing is in the way";
  if (!reply) return reply.error().sentence();
  if (conflicts) return "granted against a lock that is held";
  replace(lk.gfid, wanted, unlocks);
  return "";
}

void LockModel::flushed(std::size_t client, const Call& call, const fop::Flush& flush) {
  auto found = held_.find(flush.gfid);
  if (found == held_.end()) return;
  std::erase_if(found->second, [&](const Held& held) { return held.is_of(client, call.lock_owner); });
}

}  // namespace mortar::sim
