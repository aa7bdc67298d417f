// Has the right servers vote: brings the members of the group that keeps the document to what the document wishes, and
// the wish to what the pool needs (see voters.h). Every voter runs one; the one that leads the others acts.
#pragma once

#include <functional>
#include <set>

#include "pool/configuration.h"
#include "pool/voter.h"
#include "pool/voters.h"

namespace mortar {

// What this server sees of the others.
struct Observation {
  Silence silence;
  std::set<Gfid> without_data;  // voters that say that what they kept is gone
};

class VoterKeeper {
 public:
  using Observe = std::function<Observation()>;

  // A voter that is silent for the patience is replaced.
  VoterKeeper(World& world, Configuration& configuration, Voter& voter, Observe observe, std::chrono::seconds patience);

  // One look and at most one step; whether there is nothing left to do. Where another member leads it is not asked.
  Task<bool> step();
  // Again and again. What fails is tried again.
  Task<> run();

 private:
  std::vector<VoterState> states(const std::vector<GroupMember>& members, const Observation& seen) const;
  Gfid server_of(const GroupMember& member) const;
  Task<> perform(MemberStep step);
  Task<bool> follow_moved(std::vector<GroupMember> members);

  World& world_;
  Configuration& configuration_;
  Voter& voter_;
  const Observe observe_;
  const std::chrono::seconds patience_;
};

}  // namespace mortar
