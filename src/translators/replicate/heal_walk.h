// Walking through what needs a healer: what one copy's brick lists, or all that there is.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "translators/replicate/heal_index.h"
#include "translators/replicate/healer.h"

namespace mortar::replicate {

struct WalkFigures {
  std::uint64_t healed = 0;
  std::uint64_t split_brain = 0;
  std::uint64_t failed = 0;  // and what has to wait
  std::uint64_t taken = 0;   // of these: as another healer is at it
  std::uint64_t aside = 0;   // what was put aside and may still be wanted back

  friend bool operator==(const WalkFigures&, const WalkFigures&) = default;
};

class HealWalk {
 public:
  // `healer` outlives this. `name`: of the set of copies, for the log.
  HealWalk(Healer& healer, std::string name) : healer_(healer), index_(healer.healing()), name_(std::move(name)) {}

  // Everything that the copy's brick lists, again and again as long as that gets on. An error where the list cannot be
  // read.
  Task<> through_index(Copy copy);
  // Every directory and every file, from the root down.
  Task<> through_all();
  const WalkFigures& figures() const { return figures_; }

 private:
  Task<> heal_list(Copy copy, HealList list);
  Task<> heal_entry(Copy copy, HealList list, std::string entry);
  Task<> heal_below(Gfid directory, std::vector<Gfid>& directories);
  // What was put aside on the copy and has got another name since, or is nowhere else any more.
  Task<> clear_aside(Copy copy);
  Task<> clear_aside_one(Copy copy, Gfid aside, std::string entry);
  // What the copy's brick has noted of directories that are healed or gone.
  Task<> clear_notes(Copy copy);
  Task<> clear_note(Copy copy, std::string entry);
  // Directories that others wait for, as these are not on all copies yet: each of them once for a list.
  Task<> heal_what_comes_first();
  void count(const Gfid& gfid, const Result<HealReport>& report);

  Healer& healer_;
  HealIndex index_;
  const std::string name_;
  WalkFigures figures_;
  std::vector<Gfid> come_first_;
  std::set<Gfid> came_first_;
};

}  // namespace mortar::replicate
