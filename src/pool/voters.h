// Which servers of a pool keep its document and vote on its changes. Few are enough, and an odd number wastes none: one
// of two servers, three of three or four, five from five servers on.
//
// Two pure steps. The document says who shall vote (Server::votes); next_voters() says how to change that wish when
// servers come, go or are silent for long. next_member_step() says how the members of the consensus store follow the
// wish, one at a time, such that at no moment fewer failures than necessary stop the pool. Both are asked again after
// every step, so it does not matter where one was interrupted.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "pool/edit.h"

namespace mortar {

std::size_t voters_wanted(std::size_t servers);

// For how long servers did not answer; those that do are not in it.
using Silence = std::map<Gfid, std::chrono::seconds>;

// Who shall vote.
struct SetVoters {
  std::set<Gfid> voters;

  // All are members of the pool, and there is one at least.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

// The change of the wish that is due, if any. A voter that is silent for longer than the patience is replaced by a
// server that answers, the longest silent first, one at a time: to be asked only while the members are as wished.
std::optional<SetVoters> next_voters(const Pool& pool, const Silence& silence, std::chrono::seconds patience);

// Who shall vote once a server does no more: one that answers in its place, where there is one. Nothing where it is the
// only one that could.
std::optional<SetVoters> voters_without(const Pool& pool, const Gfid& leaving, const Silence& silence);

// A member of the consensus store as it is.
struct VoterState {
  Gfid server;  // null: of no server that is known
  std::uint64_t id = 0;
  bool learner = false;    // it follows and has no vote yet
  bool started = false;    // it has joined, and caught up with the others
  bool answers = false;    // its server does
  bool lost_data = false;  // it knows nothing of the votes it gave: its place has to be given anew
};

struct MemberStep {
  enum class Kind : std::uint8_t {
    nothing,      // the members are as wished
    wait,         // for a server to answer, or for a learner to catch up
    add_learner,  // of `server`
    promote,      // the member `id`
    remove,       // the member `id`
  };
  Kind kind = Kind::nothing;
  Gfid server;
  std::uint64_t id = 0;
  friend bool operator==(const MemberStep&, const MemberStep&) = default;
};

// `silent`: servers that do not answer are not made members.
MemberStep next_member_step(const Pool& pool, const std::vector<VoterState>& members, const Silence& silence);

}  // namespace mortar
