// All documents of a run in the order in which they came to be, each with the one before it, and what each server knew
// of them. It complains where a server knows a document that never was, or an older one than before; where a document
// changes without a command that explains it; and where one pool becomes two.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands_under_test.h"
#include "simulation/voter_groups.h"

namespace mortar::sim {

class Chronicle {
 public:
  explicit Chronicle(CommandsUnderTest& commands) : commands_(commands) {}

  // A group of voters has agreed on it.
  void agreed(const VoterGroups::Group& group, const Document& document);
  // What a server knows now; asked after every step of the simulation.
  void knows(const std::string& server, const std::string& address, const Pool& pool, std::uint64_t version);
  // It has lost its disk.
  void forgets(const std::string& server);

  // The first complaint; empty where there is none.
  const std::string& complaint() const { return complaint_; }
  void complain(std::string text) {
    if (complaint_.empty()) complaint_ = std::move(text);
  }

 private:
  struct Known {
    Gfid pool;
    std::uint64_t version = 0;
    std::map<Gfid, std::uint64_t> newest;  // by pool; of a server that is alone: null
    Pool alone;                            // what it knew while it was alone last
    bool was_alone = false;
  };
  struct Line {
    std::size_t group = 0;
    std::map<std::uint64_t, std::string> texts;
    Pool last;
  };
  void changes(const std::string& author, const Pool& before, const Pool& after);
  void knows_alone(Known& known, const std::string& server, const std::string& address, const Pool& pool);

  CommandsUnderTest& commands_;
  std::map<Gfid, Line> lines_;
  std::map<std::string, Known> known_;
  std::string complaint_;
};

}  // namespace mortar::sim
