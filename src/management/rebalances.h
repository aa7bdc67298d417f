// This server's parts of rebalances: a process walks through each volume for which the document says that this server
// does. How a walk ended is written down in the document by this server.
#pragma once

#include <map>
#include <string>

#include "management/events/announcer.h"
#include "management/peers/membership.h"
#include "management/rebalancer.h"

namespace mortar {

class Rebalances {
 public:
  Rebalances(World& world, const Places& places, Membership& membership, Announcer& announcer);

  // The process runs or does not, as the document wants it. The error says why it does not run.
  Task<> follow(Volume volume);
  // The volume is no more.
  Task<> end(Volume volume);
  // How far this server's walk is; as the document has it, where no process tells. Null server: it has no part.
  Task<RebalancePart> part_of(Volume volume);
  // A process has told how its walk ended.
  Task<> settle(std::string volume, RebalancePart part);

 private:
  Task<> ended(std::string volume, Gfid rebalance);
  const RebalancePart* own_part(const Volume& volume) const;
  bool runs(const Volume& volume) const;
  void tell_of_end(const std::string& volume, RebalanceState state);

  Membership& membership_;
  Announcer& announcer_;
  Rebalancer processes_;
  std::map<std::string, Gfid> walking_;  // by volume: the rebalance whose process was started or found
};

}  // namespace mortar
