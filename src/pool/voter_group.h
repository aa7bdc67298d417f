// Those that keep the pool's document together, as one of them tells of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mortar {

struct GroupMember {
  std::uint64_t id = 0;
  std::string name;               // its server's id; empty until it was started for the first time
  std::vector<std::string> urls;  // at which the others reach it
  bool learner = false;           // it follows and has no vote
  friend bool operator==(const GroupMember&, const GroupMember&) = default;
};

// Of one of them.
struct VoterStatus {
  bool leads = false;
  bool has_leader = false;
  bool learner = false;
};

}  // namespace mortar
