#include "pool/voters.h"

#include <algorithm>

namespace mortar {

namespace {

std::chrono::seconds silence_of(const Silence& silence, const Gfid& server) {
  const auto found = silence.find(server);
  return found == silence.end() ? std::chrono::seconds(0) : found->second;
}

bool answers(const Silence& silence, const Gfid& server) { return !silence.contains(server); }

using Kind = MemberStep::Kind;

bool has_vote(const VoterState& member) { return !member.learner; }

// Whether those that stay can still decide without the one that goes.
bool may_remove(const std::vector<VoterState>& members, const VoterState& leaving) {
  std::size_t votes = 0;
  std::size_t answering = 0;
  for (const VoterState& member : members) {
    if (!has_vote(member) || member.id == leaving.id) continue;
    ++votes;
    if (member.answers && member.started && !member.lost_data) ++answering;
  }
  return votes != 0 && answering > votes / 2;
}

// The first that is of use, or of none, and whose leaving does no harm.
std::optional<MemberStep> removal_of(const std::vector<const VoterState*>& surplus,
                                     const std::vector<VoterState>& members, bool useful) {
  for (const VoterState* member : surplus) {
    const bool is_useful = member->answers && !member->lost_data;
    if (is_useful == useful && may_remove(members, *member))
      return MemberStep{Kind::remove, member->server, member->id};
  }
  return std::nullopt;
}

}  // namespace

std::size_t voters_wanted(std::size_t servers) {
  if (servers >= 5) return 5;
  return servers >= 3 ? 3 : 1;
}

Result<Done> SetVoters::check(const Pool& pool) const {
  if (voters.empty()) return failed(EINVAL, "A pool needs a server that keeps its configuration");
  for (const Gfid& voter : voters) {
    const Server* server = pool.server(voter);
    if (server == nullptr || server->invited) return failed(EINVAL, voter.text() + " is not part of cluster");
  }
  return done;
}

void SetVoters::apply(Pool& pool) const {
  for (Server& server : pool.servers) server.votes = voters.contains(server.id);
}

std::optional<SetVoters> next_voters(const Pool& pool, const Silence& silence, std::chrono::seconds patience) {
  SetVoters next;
  std::vector<Gfid> others;  // who could be made voters, in the document's order
  std::size_t members = 0;
  for (const Server& server : pool.servers) {
    if (server.votes) next.voters.insert(server.id);
    if (!server.votes && !server.invited && answers(silence, server.id)) others.push_back(server.id);
    if (!server.invited) ++members;
  }
  const std::size_t wanted = voters_wanted(members);
  const std::size_t there = next.voters.size();
  // The longest silent; among equals the one that came last.
  const auto weakest = [&]() -> const Server* {
    const Server* found = nullptr;
    for (const Server& server : pool.servers) {
      if (!next.voters.contains(server.id)) continue;
      if (found == nullptr || silence_of(silence, server.id) >= silence_of(silence, found->id)) found = &server;
    }
    return found;
  };
  if (there < wanted) {
    // Two voters are worse than one: both are needed. So it is all the way or not at all.
    if (others.size() < wanted - there) return std::nullopt;
    next.voters.insert(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(wanted - there));
    return next;
  }
  if (there > wanted) {
    while (next.voters.size() > wanted) next.voters.erase(weakest()->id);
    return next;
  }
  const Server* lost = weakest();
  if (lost == nullptr || others.empty() || answers(silence, lost->id)) return std::nullopt;
  if (silence_of(silence, lost->id) < patience) return std::nullopt;
  next.voters.erase(lost->id);
  next.voters.insert(others.front());
  return next;
}

std::optional<SetVoters> voters_without(const Pool& pool, const Gfid& leaving, const Silence& silence) {
  SetVoters next;
  std::vector<Gfid> others;
  std::size_t members = 0;
  for (const Server& server : pool.servers) {
    if (server.id == leaving || server.invited) continue;
    ++members;
    if (server.votes) next.voters.insert(server.id);
    if (!server.votes && answers(silence, server.id)) others.push_back(server.id);
  }
  for (const Gfid& other : others) {
    if (next.voters.size() >= voters_wanted(members)) break;
    next.voters.insert(other);
  }
  // An even number needs as many as the next odd one, and stands fewer failures.
  while (next.voters.size() > voters_wanted(members)) next.voters.erase(std::prev(next.voters.end()));
  if (next.voters.empty()) return std::nullopt;
  return next;
}

MemberStep next_member_step(const Pool& pool, const std::vector<VoterState>& members, const Silence& silence) {
  const auto wished = [&pool](const Gfid& id) {
    const Server* server = pool.server(id);
    return server != nullptr && server->votes;
  };
  const auto none_wished = std::ranges::none_of(pool.servers, &Server::votes);
  if (none_wished) return {.kind = Kind::wait};

  const VoterState* learner = nullptr;
  std::vector<const VoterState*> surplus;  // has a vote and shall not
  for (const VoterState& member : members) {
    if (member.learner && (!wished(member.server) || member.lost_data)) return {Kind::remove, member.server, member.id};
    if (member.learner) learner = &member;
    if (has_vote(member) && (!wished(member.server) || member.lost_data)) surplus.push_back(&member);
  }
  // Nothing is lost with those that do not answer, and while one is there nobody is let in.
  if (const auto removal = removal_of(surplus, members, false)) return *removal;
  const auto removal = removal_of(surplus, members, true);
  if (learner != nullptr) {
    if (!learner->started || !learner->answers) return {.kind = Kind::wait};
    // A new member may still prove weak: while another leaves anyway, that one goes first, so that the new one's death
    // would not be one too many.
    return removal.value_or(MemberStep{Kind::promote, learner->server, learner->id});
  }
  bool missing = false;
  for (const Server& server : pool.servers) {
    if (!server.votes) continue;
    const auto place = std::ranges::find(members, server.id, &VoterState::server);
    if (place != members.end()) continue;
    missing = true;
    if (answers(silence, server.id)) return {.kind = Kind::add_learner, .server = server.id};
  }
  if (removal) return *removal;
  return missing || !surplus.empty() ? MemberStep{.kind = Kind::wait} : MemberStep{};
}

}  // namespace mortar
