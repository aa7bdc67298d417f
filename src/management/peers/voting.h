// Makes the document's wish true that this server keeps it with others, or does so no more. Whom the voters let in is
// their affair (pool/voter_keeper.h); this is the side of the server itself: it starts its voter once they have, goes
// over to it once it has a vote, and gives it up once they took it away, or where what it kept is damaged.
#pragma once

#include "management/peers/remote_register.h"
#include "pool/home.h"
#include "pool/pool.h"

namespace mortar {

class Voting {
 public:
  Voting(Home& home, Voter& voter, RemoteRegister& others) : home_(home), voter_(voter), others_(others) {}

  // One look and at most one step; to be repeated. `reached`: the document is, so the wish is the newest. True where
  // the document has another home now.
  Task<bool> step(Pool pool, Gfid server, bool reached);
  // It should vote, and what it kept is gone: the others have to let it in anew.
  bool lost() const { return lost_; }

 private:
  Task<bool> come_in(Pool pool, Server own);
  Task<bool> stay_out(Pool pool, Gfid server);
  // To the voter, once it has a vote.
  Task<bool> go_over(VoterStatus status);
  Task<> go_on(Pool pool);
  Task<> start(std::vector<GroupMember> members);
  Task<bool> go_out(Gfid server);
  Task<bool> begin_anew();

  Home& home_;
  Voter& voter_;
  RemoteRegister& others_;
  bool runs_ = false;                      // the voter of a server that follows, until it has a vote
  std::vector<std::string> started_with_;  // the members there were, by where they are reached
  bool lost_ = false;
};

}  // namespace mortar
