// The self-heal of one set of copies, from the lists of those copies that are on this server: when it begins, when a
// copy comes back, when somebody asks for it, and every now and then. What could not be healed is tried again soon, and
// ever later where neither this healer nor another one gets on.
//
//   HealService service(world, replicate);
//   tasks.start(service.run());
//   service.heal_now();
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "translators/replicate/heal_walk.h"
#include "translators/replicate/replicate.h"

namespace mortar::replicate {

class HealService {
 public:
  // Of a walk that was made, or is.
  struct Walk {
    bool is_full = false;
    bool goes_on = true;
    WalkFigures figures;
    Moment began;
    Moment ended;
  };

  // Both outlive this.
  HealService(World& world, Replicate& set);
  ~HealService();

  // Never ends by itself.
  Task<> run();
  void heal_now();
  // Everything is looked at. EBUSY while that is under way.
  Result<Done> heal_all();

  // The copies on this server that are there.
  Copies local() const { return local_; }
  // Those that cannot be healed now, wherever they are.
  std::vector<std::string> away() const;
  // The latest of each, oldest first.
  const std::map<Copy, std::list<Walk>>& walks() const { return walks_; }
  // How many objects wait to be healed, as that copy's brick lists them.
  Task<std::uint64_t> waiting(Copy copy);
  const std::string& name() const { return set_.name(); }

 private:
  Task<> find_local();
  Task<bool> is_local(Copy copy);
  // Whether all that bricks on this machine list was looked at.
  Task<bool> round();
  Task<> walk_index(Copy copy);
  Task<> walk_all();
  Task<> pause(Duration length);
  // Less where the bricks here list more by then than what was left as split brain, or a change that nobody ends.
  Task<> pause_until_listed(Duration length);
  Task<std::uint64_t> waiting_here();
  // Whether changes are listed as under way that were so at the last look as well, and that no round has looked at
  // since: whoever made them has gone.
  Task<bool> is_left_under_way();
  std::list<Walk>::iterator begin_walk(Copy copy, bool is_full);
  void end_walk(std::list<Walk>::iterator walk, const WalkFigures& figures);

  World& world_;
  Replicate& set_;
  Copies local_;
  std::map<Copy, std::list<Walk>> walks_;
  Event wanted_;
  bool is_walking_all_ = false;
  bool left_over_ = false;          // something could not be healed
  bool gets_on_ = false;            // but something else was, or is just being
  std::uint64_t split_brains_ = 0;  // left by the last round
  // Of each copy here: what was listed as being changed at the last look, and what was for long and was looked at.
  std::set<std::pair<Copy, std::string>> under_way_;
  std::set<std::pair<Copy, std::string>> long_under_way_;
  TaskSet beside_;
};

}  // namespace mortar::replicate
